"""A registry that does not import."""

import a_package_that_is_not_installed  # noqa: F401 - it is not there to be used
