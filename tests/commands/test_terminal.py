import segno

from server.commands.terminal import draw_codes, draw_qr, width

LINK = "https://langnghe.example.vn/#/enrol/AbCdEfGhIjKlMnOp"


def test_a_drawn_code_has_the_modules_of_the_standard_one() -> None:
    upper = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}
    lines = draw_qr(LINK)
    rows = [[upper[mark][half] for mark in line] for line in lines for half in (0, 1)]
    wanted = [[bool(module) for module in row] for row in segno.make(LINK, error="l").matrix_iter(border=2)]
    assert rows[: len(wanted)] == wanted


def test_codes_stand_beside_each_other_as_far_as_they_fit() -> None:
    codes = [(f"Người {n}", LINK) for n in range(5)]
    one = max(map(len, draw_qr(LINK)))
    for across, rows in ((one, 5), (2 * one + 3, 3), (500, 1)):
        lines = draw_codes(codes, across=across)
        assert sum("Người" in line for line in lines) == rows
        assert max(map(len, lines)) <= across


def test_vietnamese_marks_take_no_column() -> None:
    assert width("Huỳnh") == width("Huynh") == 5
