/* Comfort at the desk, nothing more: a low tone for a refused scan, so that nobody has to look up. */
document.addEventListener("htmx:afterSettle", () => {
  if (!document.querySelector("#desk-return .wrong, .basket .bad")) return;
  const audio = new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
  volume.gain.value = 0.15;
  tone.frequency.value = 220;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.15);
  tone.onended = () => audio.close();
});
