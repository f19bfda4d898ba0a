"""What the invented university owns. No maker, model or dealer in it exists."""

MAKERS = ("Brasswick", "Corriander Audio", "Ferncastle", "Marrowby", "Pellworth", "Quillon", "Tindra", "Velkari")
DEALERS = ("Aldersgate School Supply", "Kite & Compass Media", "Lowmoor Instruments", "Plumtree Computing")

TYPES = (  # name, loan term, prefix of the tags, building and room number of the store ("" for all over the place)
    ("Laptop", "Four weeks", "IT", "AH", "012"), ("Tablet", "Four weeks", "IT", "AH", "012"),
    ("Desktop computer", "", "IT", "", ""), ("Monitor", "", "IT", "", ""), ("Printer", "", "IT", "", ""),
    ("Projector", "One week", "AV", "FL", "005"), ("Camera", "One week", "AV", "FL", "005"),
    ("Lens", "One week", "AV", "FL", "005"), ("Tripod", "One week", "AV", "FL", "005"),
    ("Microphone", "One week", "AV", "FL", "005"), ("Audio recorder", "One week", "AV", "FL", "005"),
    ("Microscope", "Semester", "LAB", "KS", "009"), ("Oscilloscope", "Semester", "LAB", "KS", "009"),
    ("Multimeter", "Four weeks", "LAB", "KS", "009"), ("Power tool", "One week", "WS", "MW", "003"),
    ("Machine tool", "", "WS", "MW", "011"), ("Bicycle", "Four weeks", "GEN", "OH", "002"),
)  # fmt: skip
MODELS = (  # type, maker, name, number, price, how many, lent to people
    ("Laptop", "Quillon", "Fieldbook 14", "FB14-3", 1149, 90, True),
    ("Laptop", "Quillon", "Fieldbook 16", "FB16-3", 1590, 36, True),
    ("Tablet", "Tindra", "Slate 11", "S11", 489, 40, True),
    ("Desktop computer", "Quillon", "Bench 5", "B5", 720, 190, False),
    ("Monitor", "Brasswick", "Clearview 24", "CV24", 179, 230, False),
    ("Monitor", "Brasswick", "Clearview 27", "CV27", 289, 70, False),
    ("Printer", "Ferncastle", "Pressroom 40", "P40", 640, 24, False),
    ("Projector", "Pellworth", "Beam 3000", "B3000", 560, 28, True),
    ("Camera", "Velkari", "V5", "V5-B", 980, 20, True),
    ("Camera", "Velkari", "V9 Cinema", "V9-C", 3450, 6, True),
    ("Lens", "Velkari", "50 mm", "L50", 310, 14, True),
    ("Tripod", "Marrowby", "T2", "", 145, 24, True),
    ("Microphone", "Corriander Audio", "Lark", "LK1", 119, 30, True),
    ("Audio recorder", "Corriander Audio", "Notebook 4", "NB4", 265, 18, True),
    ("Microscope", "Pellworth", "Lumen 40", "LU40", 1380, 36, True),
    ("Oscilloscope", "Tindra", "Trace 100", "T100", 890, 22, True),
    ("Multimeter", "Tindra", "Probe 8", "P8", 74, 48, True),
    ("Power tool", "Brasswick", "Cordless drill 18", "CD18", 159, 32, True),
    ("Power tool", "Brasswick", "Jigsaw 70", "JS70", 129, 16, True),
    ("Machine tool", "Marrowby", "Band saw 300", "BS300", 2890, 5, False),
    ("Machine tool", "Marrowby", "Lathe 6", "LT6", 7400, 3, False),
    ("Bicycle", "Ferncastle", "Courier", "", 620, 12, True),
)
KITS = (  # name, how many, models of its assets, parts without a tag
    (
        "Filming kit",
        5,
        ("V5", "50 mm", "T2", "Lark"),
        (("Battery", 2), ("Charger", 1), ("Memory card", 2), ("Case", 1)),
    ),
    ("Recording kit", 4, ("Notebook 4", "Lark", "Lark"), (("Microphone cable", 2), ("Headphones", 1))),
    ("Presentation kit", 3, ("Beam 3000", "Fieldbook 14"), (("HDMI cable", 1), ("Presenter", 1), ("Bag", 1))),
)
PURPOSES = ("Seminar", "Field trip", "Final project", "Open day", "Interviews", "Short film", "Concert recording")
