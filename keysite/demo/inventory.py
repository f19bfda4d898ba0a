"""The things of the invented university: where they are at home, what travels together, what is gone."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from assets.models import (
    Asset,
    AssetModel,
    AssetType,
    DisposalType,
    Kit,
    KitMember,
    KitPart,
    Manufacturer,
    Supplier,
)
from keysite.demo.goods import DEALERS, KITS, MAKERS, MODELS, TYPES
from keysite.demo.world import Told

COLOURS = ("black", "grey", "silver", "blue")
DISPOSED, BROKEN = 14, 8
WHY_BROKEN = ("Does not switch on", "Screen cracked", "Waits for a spare part", "Safety inspection", "Battery swollen")


class Inventory:
    """The assets and kits, in the order in which they refer to each other."""

    def __init__(self, world, people, places):
        self.world, self.people, self.places = world, people, places
        self.start = people.start + timedelta(days=1)
        order = (DisposalType, Manufacturer, Supplier, AssetType, AssetModel, Asset, Kit, KitMember, KitPart)
        self.told = {model: [] for model in order}
        self.by_tag, self.by_model, self.numbers = {}, defaultdict(list), defaultdict(int)
        self.makers = {name: self._add(Manufacturer(name=name)) for name in MAKERS}
        self.dealers = [self._add(Supplier(name=name)) for name in DEALERS]
        self._things()
        self.kits = [self._kit(name, n, *rest) for name, count, *rest in KITS for n in range(1, count + 1)]
        self._gone()
        self._broken()

    @property
    def batches(self):
        return list(self.told.values())

    @property
    def clerk(self):
        return self.people.clerk

    def rooms(self, code):
        return self.places.rooms[code]

    def lent(self):
        """What is handed out by itself: lendable, in service, and in no kit."""
        units = (told for told in self.told[Asset] if told.row.lendable and told.row.tag not in self.apart)
        return [told for told in units if told.row.out_of_service_at is None]

    def _add(self, row, reason="set up"):
        self.told[type(row)].append(Told(row, self.start, by=self.clerk, reason=reason))
        return row

    def _things(self):
        kinds = {}
        for name, term, prefix, building, number in TYPES:
            kind = self._add(AssetType(name=name, loan_term=self.people.terms.get(term)))
            store = next((room for room in self.places.rooms.get(building, ()) if room.number == number), None)
            kinds[name] = kind, prefix, store
        for kind, maker, name, number, price, count, lendable in MODELS:
            kind, prefix, store = kinds[kind]
            model = self._add(AssetModel(name=name, number=number, manufacturer=self.makers[maker], type=kind))
            for _n in range(count):
                self._asset(model, prefix, store or self._office(), price, lendable)
        self.apart = set()

    def _office(self):
        code = self.world.dice.choice(("AH", "FL", "KS", "MW"))
        return self.world.dice.choice(self.rooms(code))

    def _asset(self, model, prefix, home, price, lendable):
        dice = self.world.dice
        self.numbers[prefix] += 1
        bought = self.world.day(-dice.randrange(450, 2100))
        asset = Asset(tag=f"{prefix}-{self.numbers[prefix]:04}", name=f"{model.type.name} {model.name}", model=model)
        asset.serial = f"{model.name[:2].upper().strip()}{dice.randrange(10**7):07}{self.numbers[prefix]:03}"
        asset.public_code, asset.home, asset.lendable = self.world.code(), home, lendable
        asset.department = home.department if model.type.loan_term is None else self.people.departments[3]
        asset.purchased_on, asset.price = bought, Decimal(price) * dice.randrange(94, 107) / 100
        asset.supplier, asset.order_number = dice.choice(self.dealers), f"PO-{bought.year}-{dice.randrange(999):03}"
        asset.colour = dice.choice(COLOURS) if prefix in ("IT", "GEN") else ""
        if price > 300:
            asset.warranty_until = bought + timedelta(days=3 * 365)
            asset.expected_until = bought + timedelta(days=6 * 365)
        if model.type.name in ("Microscope", "Machine tool", "Bicycle"):
            drawn = dice.randrange(-9, 320)
            is_second = len(self.by_model[model.name]) == 1  # due, whatever the dice say
            asset.service_due_on = self.world.day(-5 if is_second else drawn)
        told = Told(asset, self.start, by=self.clerk, reason="registered")
        self.told[Asset].append(told)
        self.by_tag[asset.tag] = told
        self.by_model[model.name].append(told)

    def _kit(self, name, n, models, parts):
        store = self.by_model[models[0]][0].row.home
        kit = self._add(Kit(name=f"{name} {n}", home=store, public_code=self.world.code()))
        for model in models:
            asset = next(told.row for told in self.by_model[model] if told.row.tag not in self.apart)
            self.apart.add(asset.tag)
            self._add(KitMember(kit=kit, asset=asset), f"added to {kit}")
        for part, quantity in parts:
            self._add(KitPart(kit=kit, name=part, quantity=quantity))
        return kit

    def members(self, kit):
        return [told.row.asset for told in self.told[KitMember] if told.row.kit is kit]

    def parts(self, kit):
        return [told.row for told in self.told[KitPart] if told.row.kit is kit]

    def _gone(self):
        """Old things were sold or scrapped; of what is worth much a second person agreed, or has not yet."""
        dealer = self._add(DisposalType(name="Spring auction", description="Sold to the highest bidder."))
        told = [told for name in ("Bench 5", "Clearview 24") for told in self.by_model[name][:6]]
        told += [*self.by_model["Lathe 6"][:1], *self.by_model["Band saw 300"][:1]]
        administrator = self.people.staff["administrator"].row
        for thing in told[:DISPOSED]:
            at, why = self.world.moment(self.world.open_day(-self.world.dice.randrange(20, 200))), "Worn out"
            values = {"disposed_on": at.date(), "disposal_type": dealer, "disposal_reason": why}
            values |= {"disposed_by": self.clerk}
            if thing.row.is_high_value:
                values["disposal_approved_by"] = administrator
            thing.then(at, self.clerk, f"disposed of: {why}", **values)
        self.gone = {thing.row.tag for thing in told[:DISPOSED]}
        asked, at = self.by_model["Band saw 300"][1], self.world.moment(self.world.open_day(-2))
        values = {"disposal_asked_at": at, "disposal_asked_by": self.clerk, "disposal_day": self.world.day(6)}
        values |= {"disposal_type": dealer, "disposal_reason": "Replaced by a safer one"}
        asked.then(at, self.clerk, "disposal asked for: Replaced by a safer one", **values)

    def _broken(self):
        dice, units = self.world.dice, [self.by_model[name] for name in ("Fieldbook 14", "Probe 8", "Lumen 40", "T2")]
        for n in range(BROKEN):
            told = units[n % 4][-1 - n // 4]
            at, why = self.world.moment(self.world.open_day(-dice.randrange(1, 25))), dice.choice(WHY_BROKEN)
            values = {"out_of_service_at": at, "out_of_service_by": self.clerk, "out_of_service_reason": why}
            if n % 2:
                values["out_of_service_until"] = self.world.day(dice.randrange(3, 20))
            told.then(at, self.clerk, f"out of service: {why}", **values)
