"""PNG files: what other programs read from them, and that they come whole or not at all."""

import os
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import numpy as np
import oracles
import png  # type: ignore[import-untyped]
import pytest
from PIL import Image

from jetfield.render import OutputError, SceneError, render, render_file, save
from jetfield.render.image import PngWriter
from jetfield.scenes import Scene, circle


@pytest.fixture(scope="module")
def gl():
    oracles.needs_gl()


def a_dot() -> Scene:
    scene = Scene(background="#203040")
    scene.fill(circle(0.8), "white", opacity=0.6)
    return scene


def noise(shape, kind):
    top = np.iinfo(kind).max
    return np.random.default_rng(5).integers(0, top, shape, kind, endpoint=True)


def read(path):
    """A PNG's pixels, by pypng, which checks every checksum."""
    width, height, rows, info = png.Reader(bytes=Path(path).read_bytes()).read()
    kind = np.uint16 if info["bitdepth"] == 16 else np.uint8
    pixels = np.vstack([np.asarray(row, kind) for row in rows])
    shape = (height, width, info["planes"]) if info["planes"] > 1 else (height, width)
    return pixels.reshape(shape)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(1, 1, 4), (7, 5, 4), (300, 3, 3), (600, 2), (2, 700)])
def test_what_is_saved_is_what_is_read(tmp_path, shape, kind):
    array = noise(shape, kind)
    save(array, tmp_path / "noise.png")
    assert np.array_equal(read(tmp_path / "noise.png"), array)


@pytest.mark.parametrize("shape", [(9, 4, 4), (9, 4, 3), (9, 4)])
def test_pillow_reads_the_same(tmp_path, shape):
    array = noise(shape, np.uint8)
    save(array, tmp_path / "noise.png")
    with Image.open(tmp_path / "noise.png") as image:
        image.load()
        assert np.array_equal(np.asarray(image), array)
        assert image.info["srgb"] == 0


@pytest.mark.parametrize(
    "array",
    [
        noise((40, 30, 4), np.uint16)[::-2, ::3],
        noise((40, 30, 4), np.uint16).astype(">u2"),
        np.asfortranarray(noise((40, 30, 4), np.uint8)),
        np.broadcast_to(np.uint8(7), (4, 5, 3)),
    ],
    ids=["strided", "big-endian", "fortran", "broadcast"],
)
def test_any_layout_in_memory(tmp_path, array):
    save(array, str(tmp_path / "layout.PNG"))
    assert np.array_equal(read(tmp_path / "layout.PNG"), array)


@pytest.mark.parametrize("output", ["srgb8", "srgb16"])
@pytest.mark.parametrize("size", [(64, 64), (33, 517), (5000, 3)])
@pytest.mark.usefixtures("gl")
def test_a_streamed_file_is_the_rendered_array(tmp_path, output, size):
    path = tmp_path / "dot.png"
    render_file(a_dot(), path, size, output=output)
    assert np.array_equal(read(path), render(a_dot(), size, output=output))


def test_the_reference_renderer_streams_too(tmp_path):
    render_file(a_dot(), tmp_path / "dot.png", (20, 300), device="numpy")
    picture = render(a_dot(), (20, 300), device="numpy")
    assert np.array_equal(read(tmp_path / "dot.png"), picture)


SAVES = [
    (np.zeros((2, 2, 4), np.float32), "a PNG holds uint8 or uint16, got float32; "
     'render with output="srgb8" or "srgb16"'),
    (np.zeros((2, 2, 4), bool), "a PNG holds uint8 or uint16, got bool"),
    (np.zeros((2, 2, 4), np.int16), "a PNG holds uint8 or uint16, got int16"),
    (np.zeros((2, 2, 4), np.uint32), "a PNG holds uint8 or uint16, got uint32"),
    (np.zeros((2, 2, 2), np.uint8), "expected shape (h, w, 4), (h, w, 3) or (h, w), got (2, 2, 2)"),
    (np.zeros((0, 2, 4), np.uint8), "got (0, 2, 4)"),
    (np.zeros(4, np.uint8), "got (4,)"),
    (np.zeros((1, 2, 2, 4), np.uint8), "got (1, 2, 2, 4)"),
    ([[0]], "expected a NumPy array, got list"),
    (None, "expected a NumPy array, got NoneType"),
]  # fmt: skip


@pytest.mark.parametrize(("array", "sentence"), SAVES, ids=lambda value: str(value)[-30:])
def test_save_refuses_what_no_png_holds(tmp_path, array, sentence):
    with pytest.raises(OutputError) as caught:
        save(array, tmp_path / "out.png")
    assert sentence in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def wrong_paths(folder: Path) -> list[tuple[object, str]]:
    (folder / "folder.png").mkdir()
    (folder / "file").write_text("")
    refuses_all = [Path("/proc")] if Path("/proc").is_dir() else []  # even root
    return [
        *((place / "a.png", "cannot write") for place in refuses_all),
        (folder / "missing" / "a.png", "there is no directory"),
        (folder / "folder.png", "is a directory; name a file in it"),
        (folder, "is a directory; name a file in it"),
        (folder / "file" / "a.png", "there is no directory"),
        (folder / "a.jpg", "a.jpg does not end in .png"),
        (folder / "png", "does not end in .png"),
        ("", "an empty path does not end in .png"),
        (folder / ("x" * 300 + ".png"), "cannot write"),
        (f"{folder}/a\0.png", "cannot write"),
        (3, "the path must be a string or a Path, got 3"),
        (None, "the path must be a string or a Path, got None"),
    ]


def test_a_wrong_path_is_refused_before_anything_is_drawn(tmp_path):
    for path, sentence in wrong_paths(tmp_path):
        before = sorted(tmp_path.iterdir())
        for call in (
            lambda path=path: save(np.zeros((1, 1), np.uint8), path),
            lambda path=path: render_file(a_dot(), path, (65536, 65536), device="numpy"),
        ):
            with pytest.raises(OutputError) as caught:
                call()
            assert sentence in str(caught.value)
            assert "\n" not in str(caught.value)
        assert sorted(tmp_path.iterdir()) == before


def test_a_write_protected_file_stays(tmp_path):
    target = tmp_path / "kept.png"
    target.write_bytes(b"kept")
    target.chmod(0o444)
    if os.access(target, os.W_OK):  # as root, whom nothing is protected from
        save(np.zeros((1, 1), np.uint8), target)
        assert read(target).tolist() == [[0]]
    else:
        with pytest.raises(OutputError, match="is there and may not be written"):
            save(np.zeros((1, 1), np.uint8), target)
        assert target.read_bytes() == b"kept"


def test_linear_light_goes_into_no_file(tmp_path):
    with pytest.raises(SceneError, match='output=\'linear\' must be one of "srgb8", "srgb16"'):
        render_file(a_dot(), tmp_path / "a.png", (4, 4), output="linear")


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError, SystemExit])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, end):
    target = tmp_path / "out.png"
    save(noise((3, 3, 4), np.uint8), target)
    old = target.read_bytes()

    def fail_after_some_rows() -> None:
        with PngWriter(target, 3, 600) as writer:
            writer.write(noise((300, 3, 4), np.uint8))
            assert len(list(tmp_path.iterdir())) == 2, "written beside the target"
            raise end

    with pytest.raises(end):
        fail_after_some_rows()
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == old


def test_missing_rows_are_an_error(tmp_path):
    def stop_early() -> None:
        with PngWriter(tmp_path / "out.png", 3, 600) as writer:
            writer.write(noise((599, 3, 4), np.uint8))

    with pytest.raises(OutputError, match="1 rows of the picture are missing"):
        stop_early()
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed_and_the_umask_holds(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "elsewhere" / "real.png")
    before = os.umask(0o027)
    try:
        save(noise((2, 2, 3), np.uint8), link)
    finally:
        os.umask(before)
    assert link.is_symlink()
    assert (tmp_path / "elsewhere" / "real.png").stat().st_mode & 0o777 == 0o640


def script(text: str, **options) -> subprocess.CompletedProcess[str]:
    head = """
        import os, resource, signal, sys
        import numpy as np
        from jetfield.render import OutputError, render, render_file, save
        from jetfield.scenes import Scene, circle
        scene = Scene(background="#203040")
        scene.fill(circle(0.8), "white")
    """
    code = textwrap.dedent(head) + textwrap.dedent(text)
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=False, **options
    )


def test_a_full_disk_is_an_error_in_one_sentence(tmp_path):
    pytest.importorskip("resource", reason="only Unix limits the size of files")
    run = script(
        """
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            save(np.random.default_rng(1).integers(0, 255, (400, 400), np.uint8), "big.png")
        except OutputError as error:
            print(error, os.listdir())
        """,
        cwd=tmp_path,
    )
    assert run.stdout == "save: cannot write big.png: File too large []\n", run.stderr


@pytest.mark.usefixtures("gl")
def test_memory_stays_bounded(tmp_path):
    """A file of 128 MB of pixels grows the process by a fraction of that."""
    pytest.importorskip("resource", reason="only Unix tells how much memory was used")
    run = script(
        """
        def used():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

        render(scene, (1024, 1024))
        before = used()
        render_file(scene, "long.png", (2048, 16384))
        print(used() - before)
        """,
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < 40
    with Image.open(tmp_path / "long.png") as image:
        assert image.size == (2048, 16384)


@pytest.mark.slow
@pytest.mark.usefixtures("gl")
def test_the_largest_ordinary_picture(tmp_path):
    """16384 x 16384, at 16 bits: 2 GB of pixels in less than 300 MB."""
    run = script(
        """
        render(scene, (1024, 1024))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        render_file(scene, "huge.png", (16384, 16384), output="srgb16")
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
        """,
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < 300


def test_the_file_says_that_it_is_srgb(tmp_path):
    save(noise((2, 2, 4), np.uint16), tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    chunk = b"sRGB\x00"
    assert chunk + zlib.crc32(chunk).to_bytes(4, "big") in data
    assert data.index(chunk) < data.index(b"IDAT")
