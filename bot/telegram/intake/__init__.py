"""Updates on their way in: kept, let through or not, each chat's in its order."""
