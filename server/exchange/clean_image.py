"""Re-encode one image in a process of its own: `python -I clean_image.py SOURCE TARGET TYPE`.

Decoders are where hostile files bite, so this runs outside the server, with limits on memory, processor time and output
that the kernel holds, and talks in exit codes only. What comes out was drawn anew from pixels: no EXIF, no position, no
thumbnail, no trailing bytes. The orientation that EXIF told is applied to the pixels first.
"""

import resource
import sys

MAX_PIXELS = 50_000_000
MAX_SIDE = 4096
MEMORY_BYTES = 768 * 1024 * 1024
PROCESSOR_S = 15
OUTPUT_BYTES = 64 * 1024 * 1024

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def limit_self() -> None:
    """Ask the kernel for the limits; from here on this process may not start another."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def clean(source: str, target: str, media_type: str) -> None:
    """Decode, turn upright, shrink to 4,096 px at most, encode without metadata. Errors: whatever Pillow raises."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    kind = FORMATS[media_type]
    with Image.open(source, formats=(kind,)) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        image = ImageOps.exif_transpose(opened)
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        if kind == "JPEG" and image.mode not in {"L", "RGB"}:
            image = image.convert("RGB")
        bare = Image.new(image.mode, image.size)
        if image.palette is not None:
            bare.putpalette(image.palette)
        bare.paste(image)
        bare.save(target, kind, **({} if kind == "PNG" else {"quality": 85}))


if __name__ == "__main__":
    limit_self()
    try:
        clean(*sys.argv[1:4])
    except BaseException as fault:  # noqa: BLE001 - the exit code is the whole answer
        sys.stderr.write(type(fault).__name__)
        sys.exit(1)
