"""The words of the invented university. No person, room or firm in it exists."""

FIRST = (
    "Adaeze", "Agnieszka", "Ahmed", "Aiko", "Alejandra", "Amara", "Anders", "Anika", "Antonín", "Aroha", "Astrid",
    "Ayşe", "Bao", "Beatriz", "Bongani", "Camille", "Chidi", "Ciarán", "Dalia", "Deepa", "Dmitri", "Eilidh", "Elif",
    "Emeka", "Esperanza", "Farid", "Fatou", "Freya", "Gabriel", "Giulia", "Hana", "Henrik", "Hinemoa", "Ibrahim",
    "Ines", "Ioana", "Ishaan", "Jamila", "Joaquín", "Jun", "Kaveh", "Keola", "Kwame", "Laszlo", "Leila", "Lindiwe",
    "Ludmila", "Mairi", "Malik", "Marisol", "Mateus", "Mei", "Milan", "Mireille", "Nadia", "Naveen", "Nguyệt", "Nils",
    "Noor", "Oksana", "Olumide", "Paloma", "Pekka", "Priya", "Quentin", "Rafael", "Rania", "Rosalind", "Ruta", "Sadia",
    "Sanna", "Sefa", "Shirin", "Siobhán", "Sota", "Tamar", "Tariq", "Tereza", "Thandiwe", "Tomasz", "Umut", "Valeria",
    "Viktor", "Wanjiru", "Xiomara", "Yara", "Yusuf", "Zainab", "Zoltan", "Zuri",
)  # fmt: skip
LAST = (
    "Abara", "Adeyemi", "Aguirre", "Albrecht", "Andersson", "Aydın", "Bakker", "Baptiste", "Barrios", "Bianchi",
    "Bjarnason", "Botha", "Çelik", "Chanda", "Cheng", "Costa", "Czerny", "Dahl", "Delacroix", "Desai", "Diallo",
    "Dimitrov", "Dlamini", "Eklund", "Farouk", "Fernández", "Fischbach", "Fitzgerald", "Gallo", "Ghorbani", "Grün",
    "Hakimi", "Halloran", "Haverkamp", "Hoang", "Ibarra", "Ilić", "Ishikawa", "Jansen", "Joshi", "Kamau", "Kariuki",
    "Kaya", "Kealoha", "Khoury", "Kimura", "Kowalczyk", "Kruger", "Laine", "Lefebvre", "Lindqvist", "Mahlaba",
    "Marchetti", "Mbeki", "Menon", "Mensah", "Moreau", "Murakami", "Nakamura", "Nilsen", "Novák", "Nwosu", "Ó Briain",
    "Oliveira", "Orlov", "Osei", "Paredes", "Petrov", "Popescu", "Quispe", "Rahman", "Reyes", "Ribeiro", "Rosen",
    "Saarinen", "Santos", "Schreiber", "Sharma", "Silva", "Sokolova", "Suzuki", "Szabo", "Tanaka", "Tavares",
    "Traoré", "Valdés", "van der Meer", "Varga", "Vasquez", "Weiss", "Wójcik", "Yamada", "Yıldız", "Zhang",
)  # fmt: skip

DEPARTMENTS = (  # name, code, mail box
    ("Facilities Management", "FM", "1"), ("University Library", "LIB", "2"), ("Registry", "REG", "3"),
    ("Information Services", "IS", "4"), ("Physics", "PHY", "11"), ("Chemistry", "CHE", "12"), ("Biology", "BIO", "13"),
    ("Mathematics", "MAT", "14"), ("History", "HIS", "21"), ("Modern Languages", "LAN", "22"), ("Music", "MUS", "23"),
    ("Theatre and Dance", "THE", "24"), ("Mechanical Engineering", "ENG", "31"), ("Residential Life", "RES", "41"),
)  # fmt: skip
OUTSIDE = ("Brightwater Cleaning", "Northgate Lifts", "Tamarind Catering")

BUILDINGS = (  # code, name, master symbol, what its rooms are, floors, rooms per floor
    ("AH", "Aldermere Hall", "AA", ("Office", "Meeting room", "Lecture hall"), 4, 18),
    ("FL", "Founders Library", "AB", ("Group study room", "Office", "Archive"), 3, 18),
    ("KS", "Kestrel Science Building", "AC", ("Laboratory", "Office", "Chemical store"), 4, 20),
    ("MW", "Millrace Workshop", "AD", ("Workshop", "Practice room", "Tool store"), 2, 24),
    ("OH", "Orchard House", "AE", ("Bedroom", "Common room", "Laundry"), 4, 14),
)
SHORT_TERM_ROOMS = {"Meeting room", "Lecture hall", "Group study room", "Practice room", "Workshop", "Common room"}

SIGN_INS = (  # who the demo can be looked at as: role, address, first and last name
    ("desk", "desk@example.edu", "Marisol", "Haverkamp"),
    ("key_shop", "key-shop@example.edu", "Pekka", "Laine"),
    ("building_manager", "building-manager@example.edu", "Rosalind", "Osei"),
    ("technician", "technician@example.edu", "Tomasz", "Wójcik"),
    ("auditor", "auditor@example.edu", "Ines", "Marchetti"),
    ("administrator", "administrator@example.edu", "Naveen", "Desai"),
    ("", "customer@example.edu", "Aroha", "Te Rangi"),
)
