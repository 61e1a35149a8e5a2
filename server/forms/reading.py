"""What reading a form file comes to: its XForm and identity, or its faults. Crosses from the child process as JSON."""

from msgspec import Struct, field

from server.forms.faults import NOWHERE, Fault, Place
from server.forms.privacy import Personal


class Reading(Struct, kw_only=True):
    """A form file read. With `faults` it must not be published; `xform` may then be empty or broken."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    personal: list[Personal] = field(default_factory=list)
    """Questions that ask for personal data; faults or warnings by what the publisher states (`prepare`)."""
    form: str = ""
    version: str = ""
    title: str = ""
    root: str = "data"
    """Name of the instance's root element: the first part of every answer's path."""
    languages: list[str] = field(default_factory=list)
    xform: str = ""
    files: dict[str, str] = field(default_factory=dict)
    """Form attachments made from the workbook itself: name -> text."""
    needs: list[str] = field(default_factory=list)
    """Names of further attachments that the form refers to."""
    questions: int = 0
    version_place: Place = NOWHERE
    expressions: list[tuple[str, Place]] = field(default_factory=list)
    """Each expression as written, and its cell."""
    places: dict[str, Place] = field(default_factory=dict)
    """Field path -> the cell of its name, for what the engine says."""
