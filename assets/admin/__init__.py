"""Staff pages for places, what we own and who has it."""

from assets.admin.assets import AssetAdmin
from assets.admin.assignments import AssignmentAdmin, ExtensionAdmin
from assets.admin.catalogue import (
    AssetModelAdmin,
    AssetTypeAdmin,
    DisposalTypeAdmin,
    ManufacturerAdmin,
    SupplierAdmin,
)
from assets.admin.counts import CountAdmin, StockTakeAdmin
from assets.admin.imports import ImportBatchAdmin
from assets.admin.kits import KitAdmin
from assets.admin.people import HolderAdmin
from assets.admin.places import BuildingAdmin, SpaceAdmin
from assets.admin.reservations import ReservationAdmin

__all__ = [
    "AssetAdmin",
    "AssetModelAdmin",
    "AssetTypeAdmin",
    "AssignmentAdmin",
    "BuildingAdmin",
    "CountAdmin",
    "DisposalTypeAdmin",
    "ExtensionAdmin",
    "HolderAdmin",
    "ImportBatchAdmin",
    "KitAdmin",
    "ManufacturerAdmin",
    "ReservationAdmin",
    "SpaceAdmin",
    "StockTakeAdmin",
    "SupplierAdmin",
]
