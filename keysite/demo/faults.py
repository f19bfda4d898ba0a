"""What breaks at the invented university, in the words of those who see it, and of those who mend it."""

from typing import NamedTuple

from tickets.models import Priority

TEAMS = {  # name: how many of the technicians are in it
    "Locksmiths": 2,
    "Electricians": 2,
    "Plumbers": 2,
    "Media and IT support": 2,
    "House crew": 3,
}
SORTS = (  # name, team, hint
    ("Doors and locks", "Locksmiths", "Are you locked out? Come to the key desk, it is quicker."),
    ("Electricity", "Electricians", "Sparks or a burnt smell? Leave the room and call 555-0100."),
    ("Heating and cooling", "Plumbers", "Open the valve of the radiator first, and close the windows."),
    ("Water", "Plumbers", "Water on the floor? Call 555-0100, day and night."),
    ("IT and media", "Media and IT support", "Switch it off, wait for ten seconds, and switch it on again."),
    ("Furniture", "House crew", ""),
    ("Cleaning and waste", "House crew", ""),
    ("Something else", "House crew", "Say what it is as well as you can."),
)


class Fault(NamedTuple):
    """A kind of fault: a category that is part of a sort, and all that is said about it."""

    sort: str
    name: str
    share: int
    titles: tuple[str, ...]
    words: tuple[str, ...]
    mended: tuple[str, ...]
    parts: tuple[str, ...] = ()
    about: str = ""  # the model of the asset that it is about, else it is a room
    hint: str = ""
    priority: Priority = Priority.NORMAL
    days: int = 14
    checks: tuple[str, ...] = ()


FAULTS = (
    Fault(
        "Doors and locks", "Lock jams", 11,
        ("The lock jams", "Key gets stuck in the door", "Door cannot be unlocked"),
        ("The key goes in but does not turn all the way.", "It worked last week. Two of us have tried.",
         "I could get out only by pulling hard while turning."),
        ("Cylinder cleaned and oiled.", "Strike plate set right, the bolt runs freely.",
         "Cylinder replaced, same keys."),
        ("Cylinder 30/35", "Graphite powder", "Strike plate"),
        hint="Try a second key if you can: is it the key or the lock?", priority=Priority.HIGH, days=3,
        checks=("Tried with the key of the desk", "Tried with the master", "Bolt runs freely with the door open"),
    ),
    Fault(
        "Doors and locks", "Key turns hard", 7,
        ("Key turns hard", "Lock is stiff"),
        ("One needs both hands to turn the key.", "Especially in the morning when it is cold."),
        ("Oiled.", "Door set in its hinges, the bolt no longer rubs."), ("Graphite powder",),
        checks=("Hinges looked at", "Tried with two keys"),
    ),
    Fault(
        "Doors and locks", "Door does not close", 8,
        ("Door does not close by itself", "Door slams", "The door closer leaks oil"),
        ("It stays open by a hand's width.", "It bangs all day, nobody can work."),
        ("Closer adjusted.", "Closer replaced.", "Hinge screwed tight."), ("Door closer TS 83", "Hinge screws"), days=7,
    ),
    Fault(
        "Electricity", "Light is out", 14,
        ("Light is out", "Lamp flickers", "Half of the lights do not work"),
        ("The one above the blackboard.", "It flickers and hums.", "Since Monday."),
        ("Tube replaced.", "Ballast replaced.", "Switch replaced."), ("LED tube 150", "Ballast", "Switch"), days=7,
    ),
    Fault(
        "Electricity", "Socket is dead", 6,
        ("Socket is dead", "No power at two desks"),
        ("Tried with a lamp and with a charger.", "The others in the room work."),
        ("Fuse switched on again, kettle unplugged.", "Socket replaced."), ("Socket",), priority=Priority.HIGH, days=3,
        checks=("Circuit is dead while working", "Measured after the repair"),
    ),
    Fault(
        "Heating and cooling", "Too cold", 9,
        ("Radiator stays cold", "It is cold in here", "Heating does not start"),
        ("Only 16 degrees in the morning.", "The radiator at the window is cold, the other one is warm."),
        ("Radiator bled.", "Valve was stuck, it moves again.", "Pump of the circuit restarted."), ("Valve head",),
        days=5,
    ),
    Fault(
        "Heating and cooling", "Too warm", 4,
        ("It is far too warm", "The heating cannot be turned down"),
        ("28 degrees with open windows.", "The thermostat turns without end."),
        ("Thermostat replaced.", "Set point of the room corrected."), ("Thermostat",),
    ),
    Fault(
        "Water", "Tap drips", 8,
        ("Tap drips", "The tap cannot be closed"),
        ("A bucket is full by the evening.", "The left one."), ("Washer replaced.", "Tap replaced."),
        ("Washer 1/2", "Mixer tap"), days=7,
    ),
    Fault(
        "Water", "Drain is blocked", 6,
        ("Drain is blocked", "The water does not run off", "Toilet is blocked"),
        ("It smells.", "The water stands in the basin."), ("Trap cleaned.", "Pipe cleared with the spiral."), (),
        priority=Priority.HIGH, days=2, checks=("Ran water for two minutes", "Floor is dry"),
    ),
    Fault(
        "IT and media", "Projector or screen", 8,
        ("Projector shows no picture", "Screen does not come down", "Monitor stays black"),
        ("“No signal” with three laptops.", "There is a lecture in it tomorrow at ten."),
        ("Cable replaced.", "Lamp replaced.", "Set to the right input."), ("HDMI cable 10 m", "Lamp"),
        about="Clearview 24", priority=Priority.HIGH, days=3,
    ),
    Fault(
        "IT and media", "Computer", 7,
        ("Computer does not start", "Computer is loud", "Keyboard does not work"),
        ("It beeps three times.", "The fan howls from the first minute."),
        ("Memory seated anew.", "Fan cleaned.", "Keyboard replaced."), ("Keyboard", "Fan"), about="Bench 5", days=5,
        checks=("Asked whether there is a copy of the data",),
    ),
    Fault(
        "IT and media", "Printer", 6,
        ("Printer jams", "Printer prints stripes"),
        ("Every third page.", "New paper did not help."), ("Rollers replaced.", "Drum replaced."),
        ("Roller set", "Drum"), about="Pressroom 40", hint="Toner is at the desk of each floor.", days=5,
    ),
    Fault(
        "Furniture", "Chair, desk or blind", 10,
        ("Chair is broken", "Blind does not come up", "Desk wobbles", "Drawer does not open"),
        ("Somebody will fall.", "The string is torn.", "A screw lies under it."),
        ("Repaired in the workshop.", "Exchanged for one from the store.", "Screws tightened."),
        ("Gas spring", "Blind string"),
        priority=Priority.LOW, days=21,
    ),
    Fault(
        "Cleaning and waste", "Needs cleaning", 4,
        ("Coffee on the carpet", "Bins overflow", "Graffiti at the entrance"),
        ("Since the weekend.", "In front of the lift."), ("Cleaned.", "Emptied; one more bin stands there now."),
        days=3,
    ),
)  # fmt: skip
REJECTED = (
    "This is the tenant's own; please ask their housekeeper.",
    "The room is being rebuilt from next month on; it will be replaced then.",
    "We looked at it and could not find a fault. Report it again when it happens.",
)
WAITS = (
    "The part is ordered and takes two weeks.",
    "The room is in use for exams until then.",
    "The maker sends somebody.",
)
ASKED = (
    "When is the room empty?",
    "Is it the door to the corridor, or the one between the rooms?",
    "Which desk is it?",
)
ANSWERED = ("From four in the afternoon on.", "The one to the corridor.", "The second from the window.")
NOTED = (
    "Third time this year: consider a new one.",
    "Key for the riser is in cabinet 2.",
    "Needs two people and the long ladder.",
    "Warranty may still cover it; serial number is on the back.",
)
AGAIN = ("It worked for a day and is as before.", "The same again this morning.", "It is better, but it still sticks.")
THANKS = ("Works again, thank you!", "Thank you for the quick help.", "All good now.")
SCHEDULES = (  # title, what to do, sort, team, rule
    (
        "Test the emergency lights",
        "Switch each to battery for a minute; note the ones that go out.",
        "Electricity",
        "Electricians",
        "FREQ=MONTHLY;BYDAY=1MO",
    ),
    (
        "Flush the emergency showers",
        "Run each for two minutes; sign the card.",
        "Water",
        "Plumbers",
        "FREQ=WEEKLY;BYDAY=TU",
    ),
    (
        "Look after the fire doors",
        "Closers, seals and holders of each floor.",
        "Doors and locks",
        "Locksmiths",
        "FREQ=MONTHLY;BYMONTHDAY=15",
    ),
    (
        "Clean the filters of the lecture halls",
        "Both projectors and the air outlet.",
        "IT and media",
        "Media and IT support",
        "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
    ),
)
