"""Loaders of public data: nothing unverified is used or kept, and published figures come out."""

from __future__ import annotations

import functools
import hashlib
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from fairkit.errors import DataError, OutputError, UsageError
from fairkit.samples import load_acs, load_adult, load_compas
from fairkit.samples._fetch import Source, cache_folder, fetch, locate
from fairkit.samples._public import ACS_STATES, COMPAS

TEXT = b"one,two\n1,2\n"
PERSONS = b"RT,SERIALNO,SOCP,PWGTP,PINCP,AGEP\nP,0000012,001122,7,50000,41\nP,2018GQ0000049,,3,,9\n"


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder; ``/short/`` breaks off halfway through what it announced."""

    def do_GET(self):
        """Send a file, or half of one."""
        if not self.path.startswith("/short/"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT[: len(TEXT) // 2])
        self.close_connection = True
        return None

    def log_message(self, *_):
        """Keep standard error for failures."""


@pytest.fixture
def served(tmp_path):
    """Serve a folder on this machine; yields the folder and its address."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Give every test a cache of its own and no data folder or mirror."""
    monkeypatch.setenv("FAIRKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FAIRKIT_DATA", raising=False)
    monkeypatch.delenv("FAIRKIT_MIRROR", raising=False)
    return tmp_path / "cache"


def kept(cache):
    """List every file of the cache, hidden ones too."""
    return [path for path in cache.rglob("*") if path.is_file()]


def source(url="http://127.0.0.1/a.csv", *, content=TEXT, largest=1000):
    """Describe a small public file."""
    return Source(
        title="the little file",
        file="little/a.csv",
        url=url,
        sha256=(hashlib.sha256(content).hexdigest(),),
        largest=largest,
        terms="do as you like.",
        get_with="load_little(download=True)",
    )


def archive(path, members):
    """Write a zip archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def test_download_keeps_a_verified_file_and_fetches_it_once(served, cache):
    """What was fetched lies in the cache alone and is found there when the server is asked for nothing."""
    folder, address = served
    (folder / "a.csv").write_bytes(TEXT)
    little = source(f"{address}/a.csv")
    found = locate(little, download=True)
    assert found == cache / "little" / "a.csv"
    assert found.read_bytes() == TEXT
    assert kept(cache) == [found]
    (folder / "a.csv").unlink()
    assert locate(little, download=True) == locate(little) == found


def test_download_with_another_checksum_is_refused_and_leaves_nothing(served, cache):
    """A changed file is not used: the message has both checksums and the address, the cache stays empty."""
    folder, address = served
    (folder / "a.csv").write_bytes(TEXT + b"3,4\n")
    little = source(f"{address}/a.csv")
    with pytest.raises(DataError) as caught:
        locate(little, download=True)
    for text in (little.sha256[0], hashlib.sha256(TEXT + b"3,4\n").hexdigest(), f"{address}/a.csv"):
        assert text in str(caught.value)
    assert kept(cache) == []


def test_failed_download_leaves_an_older_file_alone(served, cache):
    """Refusing a changed file does not remove what was in its place."""
    folder, address = served
    (folder / "a.csv").write_bytes(b"changed")
    place = cache / "little" / "a.csv"
    place.parent.mkdir(parents=True)
    place.write_bytes(TEXT)
    with pytest.raises(DataError):
        fetch(source(f"{address}/a.csv"), place)
    assert kept(cache) == [place]
    assert place.read_bytes() == TEXT


@pytest.mark.parametrize("path", ["absent.csv", "short/a.csv"])
def test_download_that_fails_on_the_way_is_a_data_error(served, cache, path):
    """A missing page and a broken connection end in one kind of error and an empty cache."""
    with pytest.raises(DataError, match=r"the little file"):
        locate(source(f"{served[1]}/{path}"), download=True)
    assert kept(cache) == []


def test_download_from_nobody_says_how_to_do_without(cache):
    """No server: the message names address and remedy."""
    little = source("http://127.0.0.1:9/a.csv")
    with pytest.raises(DataError, match=r"http://127.0.0.1:9/a.csv.*FAIRKIT_MIRROR"):
        locate(little, download=True)
    assert kept(cache) == []


def test_download_larger_than_the_file_can_be_is_broken_off(served, cache):
    """A server cannot fill the disk."""
    folder, address = served
    (folder / "a.csv").write_bytes(b"x" * 5000)
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        locate(source(f"{address}/a.csv"), download=True)
    assert kept(cache) == []


def test_mirror_is_asked_instead_of_the_publisher(served, cache, monkeypatch):
    """FAIRKIT_MIRROR serves the layout of the cache; the publisher's address is not used."""
    folder, address = served
    (folder / "little").mkdir()
    (folder / "little" / "a.csv").write_bytes(TEXT)
    monkeypatch.setenv("FAIRKIT_MIRROR", f"{address}/")
    assert locate(source("http://127.0.0.1:9/a.csv"), download=True).read_bytes() == TEXT


def test_mirror_that_is_no_web_address_is_refused(cache, monkeypatch, tmp_path):
    """Local files are not fetched in disguise."""
    monkeypatch.setenv("FAIRKIT_MIRROR", tmp_path.as_uri())
    with pytest.raises(UsageError, match="FAIRKIT_MIRROR must begin with http"):
        locate(source(), download=True)
    assert kept(cache) == []


def test_cache_that_cannot_be_written_is_an_output_error(served, tmp_path, monkeypatch):
    """A cache inside a file is refused with the way out."""
    folder, address = served
    (folder / "a.csv").write_bytes(TEXT)
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("FAIRKIT_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(OutputError, match="Set FAIRKIT_CACHE"):
        locate(source(f"{address}/a.csv"), download=True)


def test_files_are_looked_for_where_said_then_in_data_then_in_the_cache(tmp_path, cache, monkeypatch):
    """The caller's path wins; FAIRKIT_DATA comes before the cache; folders without the file are passed by."""
    monkeypatch.setenv("FAIRKIT_DATA", str(tmp_path / "data"))
    said, data, cached = (
        tmp_path / "said.csv",
        tmp_path / "data" / "little" / "a.csv",
        cache / "little" / "a.csv",
    )
    for path in (cached, data, said):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TEXT)
        assert locate(source(), given=[said] if path == said else []) == path
    said.unlink()
    with pytest.raises(DataError, match=r"said\.csv"):
        locate(source(), given=[said])


def test_file_at_a_given_path_is_verified_too(tmp_path):
    """A changed local file is refused with both checksums and the way to read it all the same."""
    (tmp_path / "a.csv").write_bytes(b"changed")
    with pytest.raises(DataError, match=r"pandas\.read_csv") as caught:
        locate(source(), given=[tmp_path / "a.csv"])
    for content in (TEXT, b"changed"):
        assert hashlib.sha256(content).hexdigest() in str(caught.value)


def test_absent_data_says_where_it_was_looked_for_and_how_to_get_it(tmp_path, monkeypatch):
    """The message has the places, the call, the publisher's address and the terms."""
    monkeypatch.setenv("FAIRKIT_DATA", str(tmp_path / "data"))
    with pytest.raises(DataError) as caught:
        load_compas()
    for text in (
        str(tmp_path / "data" / COMPAS.file),
        str(tmp_path / "cache" / COMPAS.file),
        "load_compas(download=True)",
        COMPAS.url,
        "without a licence",
    ):
        assert text in str(caught.value)


def test_path_and_download_exclude_each_other(tmp_path):
    """Asking for both is refused, by each loader."""
    for load in (load_compas, load_adult, load_acs):
        with pytest.raises(UsageError, match="not both"):
            load(tmp_path, download=True)


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    """FAIRKIT_CACHE, then XDG_CACHE_HOME, then the home folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("FAIRKIT_CACHE")
    assert cache_folder() == tmp_path / "xdg" / "fairkit"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "fairkit"


def test_compas_from_a_mirror_that_changed_it_is_refused(served, cache, monkeypatch):
    """The pinned checksum holds whoever serves the file."""
    folder, address = served
    (folder / "compas").mkdir()
    (folder / COMPAS.file).write_bytes(TEXT)
    monkeypatch.setenv("FAIRKIT_MIRROR", address)
    with pytest.raises(DataError, match=COMPAS.sha256[0]):
        load_compas(download=True)
    assert kept(cache) == []


def test_acs_download_unpacks_the_archive_into_the_layout_of_folktables(served, cache, monkeypatch):
    """The cache holds the CSV alone, where folktables would put it; codes keep their leading zeros."""
    folder, address = served
    archive(
        folder / "acs" / "2018" / "1-Year" / "csv_pca.zip", {"psam_p06.csv": PERSONS, "readme.pdf": b"%PDF"}
    )
    monkeypatch.setenv("FAIRKIT_MIRROR", address)
    frame = load_acs(state="CA", year=2018, download=True)
    assert kept(cache) == [cache / "acs" / "2018" / "1-Year" / "psam_p06.csv"]
    assert frame["SERIALNO"].tolist() == ["0000012", "2018GQ0000049"]
    assert frame["SOCP"].iloc[0] == "001122"
    assert frame["PINCP"].dtype == "float64"
    assert frame["PWGTP"].tolist() == [7, 3]
    pd.testing.assert_frame_equal(load_acs(state="ca", year=2018), frame)


def test_archive_that_unpacks_to_more_than_the_file_can_be_is_refused(served, cache):
    """A small archive cannot fill the disk either."""
    folder, address = served
    archive(folder / "a.zip", {"a.csv": b"x" * 100_000})
    with pytest.raises(DataError, match="unpacks to 100,000 bytes"):
        locate(source(f"{address}/a.zip"), download=True)
    assert kept(cache) == []


@pytest.mark.parametrize("kind", ["csv", "zip", "folder", "folktables"])
def test_acs_reads_a_file_an_archive_or_a_folder(tmp_path, kind):
    """Each form in which people have the file gives the same rows."""
    made = {
        "csv": tmp_path / "psam_p06.csv",
        "zip": tmp_path / "csv_pca.zip",
        "folder": tmp_path / "psam_p06.csv",
        "folktables": tmp_path / "2018" / "1-Year" / "psam_p06.csv",
    }[kind]
    made.parent.mkdir(parents=True, exist_ok=True)
    if kind == "zip":
        archive(made, {"psam_p06.csv": PERSONS})
    else:
        made.write_bytes(PERSONS)
    frame = load_acs(made if kind in {"csv", "zip"} else tmp_path, state="CA", year=2018)
    assert frame["AGEP"].tolist() == [41, 9]


def test_acs_of_new_york_2018_is_pinned(served, cache, monkeypatch, tmp_path):
    """Another file under that name is refused, packed or not, local or fetched."""
    folder, address = served
    packed = archive(folder / "acs" / "2018" / "1-Year" / "csv_pny.zip", {"psam_p36.csv": PERSONS})
    (tmp_path / "psam_p36.csv").write_bytes(PERSONS)
    pinned = "f9bfd886b96182c4e7bde11386dd5e1c7ea2d6194ef8bb4ee6bfbb0023814a91"
    for path in (packed, tmp_path / "psam_p36.csv", tmp_path):
        with pytest.raises(DataError, match=pinned):
            load_acs(path)
    monkeypatch.setenv("FAIRKIT_MIRROR", address)
    with pytest.raises(DataError, match=pinned):
        load_acs(download=True)
    assert kept(cache) == []


def test_acs_archives_that_are_none_are_refused(served, cache, monkeypatch, tmp_path):
    """A page in place of the archive, another archive and a damaged one: each is named, none is kept."""
    folder, address = served
    packed = folder / "acs" / "2018" / "1-Year" / "csv_pca.zip"
    monkeypatch.setenv("FAIRKIT_MIRROR", address)
    packed.parent.mkdir(parents=True)
    packed.write_bytes(b"<html>moved</html>")
    with pytest.raises(DataError, match="no zip archive"):
        load_acs(state="CA", download=True)
    archive(packed, {"psam_h06.csv": PERSONS})
    with pytest.raises(DataError, match=r"holds no psam_p06\.csv"):
        load_acs(state="CA", download=True)
    damaged = bytearray(archive(packed, {"psam_p06.csv": PERSONS * 20}).read_bytes())
    damaged[60:70] = b"0123456789"
    packed.write_bytes(damaged)
    with pytest.raises(DataError, match="damaged"):
        load_acs(state="CA", download=True)
    with pytest.raises(DataError, match="damaged"):
        load_acs(packed, state="CA")
    assert kept(cache) == []


def test_acs_file_of_households_is_told_apart(tmp_path):
    """A file without person columns is not read as persons."""
    (tmp_path / "psam_p06.csv").write_bytes(b"RT,SERIALNO,WGTP\nH,1,2\n")
    with pytest.raises(DataError, match="no ACS person file"):
        load_acs(tmp_path / "psam_p06.csv", state="CA")


def test_acs_names_follow_states_and_years(tmp_path):
    """Names of files changed in 2017; each state has its census code."""
    assert len(ACS_STATES) == 52
    assert (ACS_STATES["AL"], ACS_STATES["NY"], ACS_STATES["WY"], ACS_STATES["PR"]) == (1, 36, 56, 72)
    (tmp_path / "ss16pny.csv").write_bytes(PERSONS)
    assert len(load_acs(tmp_path, state="NY", year=2016)) == 2
    with pytest.raises(DataError, match=r"psam_p36\.csv.*csv_pny\.zip"):
        load_acs(tmp_path, state="NY", year=2017)


@pytest.mark.realdata
def test_compas_gives_the_published_table(real_data, monkeypatch):
    """7,214 rows, 53 columns, repeated columns renamed, and ProPublica's counts by race."""
    monkeypatch.setenv("FAIRKIT_DATA", str(real_data))
    frame = load_compas()
    assert frame.shape == (7214, 53)
    assert frame.columns.is_unique
    for repeated in ("decile_score", "priors_count"):
        pd.testing.assert_series_equal(frame[repeated], frame[f"{repeated}.1"], check_names=False)
    high, again = frame["score_text"] != "Low", frame["two_year_recid"] == 1
    table = pd.crosstab(frame["race"], [again, high])
    assert table.loc["African-American"].tolist() == [990, 805, 532, 1369]
    assert table.loc["Caucasian"].tolist() == [1139, 349, 461, 505]
    assert table.sum().tolist() == [2681, 1282, 1216, 2035]
    pd.testing.assert_frame_equal(load_compas(real_data / "compas"), frame)


@pytest.mark.realdata
def test_compas_download_from_a_server_equals_the_local_file(real_data, served, cache, monkeypatch):
    """The real file, really fetched, verified and cached."""
    folder, address = served
    (folder / "compas").mkdir()
    (folder / COMPAS.file).symlink_to(real_data / COMPAS.file)
    monkeypatch.setenv("FAIRKIT_MIRROR", address)
    fetched = load_compas(download=True)
    assert kept(cache) == [cache / COMPAS.file]
    pd.testing.assert_frame_equal(fetched, load_compas(real_data / COMPAS.file))


@pytest.mark.realdata
def test_adult_gives_the_published_figures(real_data):
    """48,842 rows, .2393 above 50K, and the published rates of women, men and races."""
    frame = load_adult(real_data / "adult")
    assert frame.shape == (48_842, 16)
    assert frame["split"].value_counts().to_dict() == {"train": 32_561, "test": 16_281}
    assert set(frame["income"]) == {"<=50K", ">50K"}
    above = frame["income"] == ">50K"
    assert round(above.mean(), 4) == 0.2393
    assert above.groupby(frame["sex"]).agg(["sum", "size"]).to_dict("index") == {
        "Female": {"sum": 1769, "size": 16_192},
        "Male": {"sum": 9918, "size": 32_650},
    }
    rates = above.groupby(frame["race"]).mean().round(4)
    assert (rates["White"], rates["Black"]) == (0.2540, 0.1208)
    assert not frame.isin(["?"]).any(axis=None)
    assert frame["workclass"].isna().sum() == 2799
    assert frame.select_dtypes("number").columns.tolist() == [
        "age",
        "fnlwgt",
        "education-num",
        "capital-gain",
        "capital-loss",
        "hours-per-week",
    ]


@pytest.mark.realdata
def test_adult_is_read_with_and_without_its_first_line(real_data, tmp_path):
    """Both known forms of adult.test have the same rows; a third form is refused."""
    first = b"|1x3 Cross validator\n"
    content = (real_data / "adult" / "adult.test").read_bytes().removeprefix(first)
    frames = []
    for number, form in enumerate((first + content, content)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "adult.data").symlink_to(real_data / "adult" / "adult.data")
        (folder / "adult.test").write_bytes(form)
        frames.append(load_adult(folder))
    pd.testing.assert_frame_equal(*frames)
    (tmp_path / "1" / "adult.test").write_bytes(content + b"\n")
    with pytest.raises(DataError, match="the Adult test file"):
        load_adult(tmp_path / "1")
