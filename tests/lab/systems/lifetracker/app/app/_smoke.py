"""Does this code start here? Looks, and writes nothing."""

from app import _guards
from app.repositories import _db_check_repo


def main() -> None:
    """Three lines, one after each part that is well."""
    _guards.check()
    print("GUARDS OK")
    _db_check_repo.check()
    print("DB CHECK OK")
    from app.main import app

    assert {"/health", "/challenges", "/log"} <= {route.path for route in app.routes}
    print("SMOKE OK")


if __name__ == "__main__":
    main()
