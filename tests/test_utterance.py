"""One sentence: the real programs where they are installed, and programs that behave badly."""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from guardian.configuration import languages
from guardian.io.utterance import SILENCE, Utterance, synthesis, voice_of
from guardian.speech import Speech

Install = Callable[..., Path]
SPEECH = Speech(device="null")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put programs of these names, with these lines of shell, where programs are looked for."""

    def put(**scripts: str) -> Path:
        programs = tmp_path / "bin"
        programs.mkdir(exist_ok=True)
        for name, lines in scripts.items():
            path = programs / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{lines}\n")
            path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin" if scripts else str(programs))
        return tmp_path

    return put


def test_both_programs_get_their_arguments_and_no_secret(install: Install, monkeypatch: pytest.MonkeyPatch):
    there = install(espeak_ng='echo "$@"; tr a-z A-Z; env', aplay='(echo "$@"; cat) >"$HOME/played"')
    monkeypatch.setenv("HOME", str(there))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/secret")
    utterance = Utterance(Speech(device="plughw:1,0", volume=80, speed=110), "es")
    assert utterance.speak("¿Está bien? -x; rm $(x)", 20.0) == ""
    played = (there / "played").read_text()
    assert played.splitlines()[0] == "-q -D plughw:1,0"
    assert played.splitlines()[1] == "-v es -a 80 -s 110 -b 1 --stdin --stdout"
    assert "¿EST" in played
    assert "$(X)" in played
    assert "secret" not in played


@pytest.mark.parametrize(
    ("language", "wished", "voice"),
    [
        ("en", None, "en"),
        ("de", None, "de"),
        ("zh-TW", None, "cmn-latn-pinyin"),
        ("pt-BR", None, "pt-br"),
        ("es", "es-419", "es-419"),
    ],
)
def test_the_voice_is_that_of_the_language_unless_another_is_wished_for(language: str, wished: str | None, voice: str):
    assert voice_of(Speech(voice=wished), language) == voice


def test_a_program_that_is_not_there_is_named_with_its_package(install: Install):
    install()
    assert Utterance(SPEECH, "en").speak("Hello.", 5.0) == (
        "espeak-ng is not installed (sudo apt-get install espeak-ng)"
    )


def test_the_player_that_is_not_there_is_named_with_its_package(install: Install, monkeypatch: pytest.MonkeyPatch):
    there = install(espeak_ng="cat")
    monkeypatch.setenv("PATH", str(there / "bin"))
    assert Utterance(SPEECH, "en").speak("Hello.", 5.0) == "aplay is not installed (sudo apt-get install alsa-utils)"


@pytest.mark.parametrize(
    ("synthesiser", "player", "said"),
    [
        ("echo no such voice. >&2; exit 1", "cat >/dev/null", "espeak-ng failed (no such voice)"),
        ("cat", "echo one >&2; echo two >&2; exit 3", "aplay failed (two)"),
        ("exec yes", "exit 1", "aplay failed"),
        ("kill -SEGV $$", "cat >/dev/null", "espeak-ng failed"),
        ("exit 0", "exit 0", ""),
    ],
)
def test_what_fails_is_named(install: Install, synthesiser: str, player: str, said: str):
    install(espeak_ng=synthesiser, aplay=player)
    assert Utterance(SPEECH, "en").speak("Hello.", 20.0) == said


def test_what_cannot_be_started_is_said(install: Install, monkeypatch: pytest.MonkeyPatch):
    there = install(espeak_ng="cat", aplay="cat")
    (there / "bin" / "aplay").write_text("#!/no/such/shell\n")
    monkeypatch.setenv("PATH", str(there / "bin"))
    utterance = Utterance(SPEECH, "en")
    assert utterance.speak("Hello.", 20.0) == "the programs do not start (No such file or directory)"
    assert not utterance.hangs


@pytest.mark.parametrize("stuck", ["sleep 600", "trap '' TERM INT; while :; do sleep 600; done", "sleep 600 & wait"])
@pytest.mark.parametrize("first", [True, False])
def test_a_program_that_hangs_is_ended_with_all_that_it_started(install: Install, stuck: str, *, first: bool):
    install(espeak_ng=stuck if first else "cat", aplay="cat >/dev/null" if first else stuck)
    utterance, began = Utterance(SPEECH, "en"), time.monotonic()
    said = utterance.speak("Hello.", 0.3)
    assert said == f"{'espeak-ng' if first else 'aplay'} did not end in time"
    assert time.monotonic() - began < 10.0
    assert not utterance.hangs


def test_one_that_is_cut_short_ends_at_once(install: Install):
    there = install(espeak_ng='echo >"$HOME/began"; sleep 600', aplay="sleep 600")
    assert there
    utterance, began = Utterance(SPEECH, "en"), time.monotonic()
    threading.Timer(0.2, utterance.cut_short).start()
    utterance.speak("Hello.", 60.0)
    assert utterance.was_cut
    assert time.monotonic() - began < 20.0


def test_one_that_was_cut_short_before_it_began_never_speaks(install: Install, monkeypatch: pytest.MonkeyPatch):
    there = install(espeak_ng="cat", aplay='sleep 1; cat >"$HOME/played"')
    monkeypatch.setenv("HOME", str(there))
    utterance = Utterance(SPEECH, "en")
    utterance.cut_short()
    utterance.speak("Hello.", 20.0)
    assert not (there / "played").exists()


# The real ones.


@pytest.fixture
def programs() -> None:
    for name in ("espeak-ng", "aplay"):
        if shutil.which(name) is None:
            pytest.skip(f"no {name} here")


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("text", ["Help is being called.", SILENCE])
def test_the_real_programs_speak_to_no_loudspeaker(text: str):
    assert Utterance(SPEECH, "en").speak(text, 20.0) == ""


@pytest.mark.usefixtures("programs")
def test_the_real_programs_say_what_is_wrong():
    assert "aplay failed (" in Utterance(Speech(device="nosuch"), "en").speak(SILENCE, 20.0)
    assert "espeak-ng failed (" in Utterance(Speech(device="null", voice="xx"), "en").speak(SILENCE, 20.0)


def sound(text: str, language: str, **speech: object) -> list[int]:
    """What the real espeak-ng makes of a text, as samples."""
    arguments = synthesis(Speech.model_validate(speech), language)
    done = run(arguments, input=text.encode(), capture_output=True, check=True, timeout=60)
    header = 44
    assert done.stdout[:4] == b"RIFF"
    return list(memoryview(done.stdout[header : header + (len(done.stdout) - header) // 2 * 2]).cast("h"))


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("language", languages.known())
def test_every_language_is_spoken_loudly_and_in_a_few_seconds(language: str):
    text = languages.phrasebook(language).say("Are you all right? Press the button.")
    samples = sound(text, language)
    assert 1.5 < len(samples) / 22_050 < 7.0
    assert max(samples) > 15_000
    assert max(sound(text, language, volume=20)) < max(samples) / 2
    assert len(sound(text, language, speed=80)) > len(samples)


@pytest.mark.usefixtures("programs")
def test_chinese_is_not_read_as_english_letters():
    done = run(
        ["espeak-ng", "-q", "--ipa", "-v", voice_of(Speech(), "zh-TW")],
        input="您還好嗎".encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert "(en)" not in done.stdout.decode()
