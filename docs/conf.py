"""How the documentation is built: Markdown in, a site out."""

from tiltyard import __version__

project = "Tiltyard"
author = "The Tiltyard authors"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Tiltyard"
exclude_patterns = ["_build"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
