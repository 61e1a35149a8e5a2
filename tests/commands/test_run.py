"""The real server as `make run` starts it."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.demo.facts import read_people
from tests.server_process import ROOT, ServerProcess, free_port

Start = Callable[..., ServerProcess]


def langnghe(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", *words],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def enrol(server: ServerProcess, link: str) -> str:
    """Use an invitation as a browser does; answers the session cookie."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    body = {
        "code": link.rsplit("/", 1)[1],
        "replica": "r1",
        "public_key": base64.urlsafe_b64encode(spki).decode().rstrip("="),
    }
    headers = {"Content-Type": "application/json", "Origin": server.url}
    request = urllib.request.Request(f"{server.url}/enrol", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return str(answer.headers["Set-Cookie"]).split(";")[0]


def test_it_says_that_it_is_up_and_on_which_engine(server_process: ServerProcess, engine: str) -> None:
    with urllib.request.urlopen(f"{server_process.url}/health") as answer:
        assert json.load(answer) == {"status": "ok", "version": "0.1.0", "engine": engine}


def test_the_first_start_prints_a_link_and_a_code_for_every_person_of_the_demo(start: Start) -> None:
    server = start(DEMO="small")
    assert set(server.links()) == {person.person for person in read_people()}
    assert all(link.startswith(f"{server.url}/#/enrol/") for link in server.links().values())
    assert server.output().count("█▀▀▀▀▀█") >= 3 * len(read_people())


def test_a_restart_makes_other_links_for_the_same_people_and_keeps_the_keys(start: Start, tmp_path: Path) -> None:
    first = start(DEMO="small")
    keys = {file.name: file.read_bytes() for file in (tmp_path / "served" / "keys").iterdir()}
    assert first.stop() == 0
    second = start(DEMO="small")
    assert set(second.links()) == set(first.links())
    assert not set(second.links().values()) & set(first.links().values())
    assert {file.name: file.read_bytes() for file in (tmp_path / "served" / "keys").iterdir()} == keys


def test_ctrl_c_ends_it_cleanly_and_quickly(start: Start) -> None:
    server = start()
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 3
    assert "Traceback" not in server.output()


def test_ctrl_c_does_not_wait_for_a_board_that_listens(start: Start) -> None:
    server = start()
    cookie = enrol(server, server.links()["vo-hong-nhung"])
    request = urllib.request.Request(f"{server.url}/live", headers={"Cookie": cookie})
    with urllib.request.urlopen(request) as live:
        assert live.readline() == b"retry: 2000\n"
        began = time.monotonic()
        assert server.stop() == 0
    assert time.monotonic() - began < 6
    assert "Traceback" not in server.output()


def test_without_the_demo_nobody_is_invited(start: Start) -> None:
    assert start(DEMO="none").links() == {}


def test_a_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        ended = langnghe("run", PORT=str(port), DATA=str(tmp_path))
    assert ended.returncode == 1
    assert f":{port}" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("words", [("run",), ("people",)])
def test_a_setting_that_cannot_be_meant_is_said_in_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = langnghe(*words, PORT="eighty", DATA=str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.startswith("PORT=eighty:")


def test_another_link_can_be_made_while_the_server_runs(start: Start, tmp_path: Path) -> None:
    server = start()
    data, port = str(tmp_path / "served"), server.url.rsplit(":", 1)[1]
    ended = langnghe("invite", "tran-van-hai", DATA=data, PORT=port)
    assert ended.returncode == 0
    assert f"[tran-van-hai] {server.url}/#/enrol/" in ended.stdout
    assert server.links()["tran-van-hai"] not in ended.stdout


def test_an_invitation_for_nobody_is_refused(start: Start, tmp_path: Path) -> None:
    start().stop()
    ended = langnghe("invite", "nobody", DATA=str(tmp_path / "served"))
    assert ended.returncode == 1
    assert "nobody" in ended.stdout


def test_people_lists_everybody_of_the_demo(start: Start, tmp_path: Path) -> None:
    start().stop()
    ended = langnghe("people", DATA=str(tmp_path / "served"))
    assert [person.person for person in read_people() if person.person not in ended.stdout] == []
