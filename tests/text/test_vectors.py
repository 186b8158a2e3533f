"""Word vectors: every form of file, and every word that has no vector with the reason."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from fairkit.errors import DataError, UsageError
from fairkit.text import WordVectors, load_vectors

WORDS = ("she", "he", "New York", "nurse")
MATRIX = np.array([[1.0, 0.5, -2.0], [0.25, 3.0, 1e-3], [0.1, 0.2, 0.3], [7.0, -8.0, 9.5]])


def lines(words=WORDS, matrix=MATRIX):
    """Write words and numbers, a word a line."""
    return "".join(
        f"{word} {' '.join(map(repr, row))}\n" for word, row in zip(words, matrix.tolist(), strict=True)
    )


@pytest.mark.parametrize("name", ["w2v.vec", "w2v.txt", "glove.txt", "packed.txt.gz", "vectors.npz"])
def test_every_form_gives_the_same_vectors(name, tmp_path):
    """word2vec text, GloVe text, packed text and NumPy archives are read alike, words with blanks too."""
    file = tmp_path / name
    if name.endswith(".npz"):
        np.savez(file, words=np.array(WORDS), matrix=MATRIX)
    else:
        text = ("4 3\n" if "w2v" in name else "") + lines()
        file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    found = load_vectors(file).of(WORDS, unit=False)
    assert found.words == WORDS
    np.testing.assert_allclose(found.matrix, MATRIX, rtol=1e-6)


def test_only_the_words_that_are_needed_are_read(tmp_path):
    """With `only` other lines are passed over, and other cases of the letters are kept."""
    file = tmp_path / "glove.txt"
    file.write_text(lines(("She", "he", "x", "nurse")))
    found = load_vectors(file, only=["she", "nurse"])
    assert found.words == ("She", "nurse")
    assert found.of(["she"]).lost == {"she": "not in the vocabulary"}
    assert found.of(["she"], case="fallback").words == ("she",)


def test_vectors_have_norm_one_unless_declined():
    """Rows are brought to unit norm; a zero vector has no direction and is lost."""
    vectors = WordVectors(("a", "b"), [[3.0, 4.0], [0.0, 0.0]])
    found = vectors.of(["a", "b"])
    np.testing.assert_allclose(found.matrix, [[0.6, 0.8]])
    assert found.lost == {"b": "its vector is zero, which has no direction"}
    assert vectors.of(["a", "b"], unit=False).matrix.tolist() == [[3.0, 4.0], [0.0, 0.0]]


def test_a_word_that_comes_again_keeps_its_first_row():
    """Duplicates are counted, and the first row stands."""
    vectors = WordVectors(("a", "a"), [[1.0, 0.0], [0.0, 1.0]])
    assert vectors.duplicates == 1
    assert vectors.of(["a", "a"]).matrix.tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "its first line is empty"),
        ("word\n", "is no text of word vectors"),
        ("she 1 2\nhe 1\n", "line 2 of .* has 1 numbers instead of 2"),
        ("she 1 2\nhe 1 two\n", "holds 'two' where a number belongs"),
        ("3 2\nshe 1 2\n", "promises 3 words in its first line and has 1"),
        ("she 1 nan\n", "numbers that are not finite: 'she'"),
        ("she 1e39 0\n", "numbers that are not finite: 'she'"),
        ("2 2\nshe 1 2 3\nhe 1 2 3\n", "promises 2 numbers of a word .* line 2 has 3"),
        ("0 2\n", "nothing stands below its first line"),
    ],
)
def test_texts_that_are_damaged_are_refused_with_the_line(text, said, tmp_path):
    """A file that is cut short or holds what is no number is refused, never read by half."""
    file = tmp_path / "bad.txt"
    file.write_text(text)
    with pytest.raises(DataError, match=said):
        load_vectors(file)


def test_words_of_odd_blanks_and_a_mark_of_byte_order_are_read(tmp_path):
    """A blank of another kind, or none, is a word as published files have it; a first mark is no letter."""
    file = tmp_path / "odd.vec"
    file.write_text("\ufeff5 2\nshe 1 2\n\u00a0 3 4\n\x85 5 6\n 7 8\nhe\t9  10 \n", encoding="utf-8")
    found = load_vectors(file)
    assert found.words == ("she", "\u00a0", "\x85", "", "he")
    assert load_vectors(file, only=["HE"]).matrix.tolist() == [[9.0, 10.0]]


def test_a_text_that_ends_within_a_line_is_refused_whatever_is_asked_for(tmp_path):
    """Lines of other words are passed over, but not the last: there a file that is cut short shows."""
    file = tmp_path / "cut.txt"
    file.write_text("she 1 2\nhe 3\n")
    with pytest.raises(DataError, match=r"line 2 of .* has 1 numbers instead of 2"):
        load_vectors(file, only=["she"])


def test_archives_that_are_damaged_are_refused(tmp_path):
    """Packed texts and NumPy archives that are cut, damaged or something else."""
    packed = gzip.compress(lines().encode())
    np.savez(tmp_path / "whole.npz", words=np.array(WORDS), matrix=MATRIX)
    whole = (tmp_path / "whole.npz").read_bytes()
    np.save(tmp_path / "matrix.npy", MATRIX)
    for name, content in (
        ("cut.txt.gz", packed[:-20]),
        ("no.txt.gz", lines().encode()),
        ("bad.txt.gz", packed[:20] + bytes(30) + packed[50:]),
        ("cut.npz", whole[:-40]),
        ("empty.npz", b""),
        ("bad.npz", whole.replace(MATRIX.tobytes(), bytes(MATRIX.nbytes))),
        ("matrix.npz", (tmp_path / "matrix.npy").read_bytes()),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match="damaged"):
            load_vectors(tmp_path / name)


def test_files_that_are_not_there_or_of_another_form_are_refused(tmp_path):
    """A missing file, an unknown form, an archive with other names or with objects."""
    with pytest.raises(DataError, match="no file of word vectors"):
        load_vectors(tmp_path / "none.txt")
    (tmp_path / "a.bin").write_bytes(b"x")
    with pytest.raises(UsageError, match="save_word2vec_format"):
        load_vectors(tmp_path / "a.bin")
    np.savez(tmp_path / "other.npz", vocab=np.array(WORDS), vectors=MATRIX)
    with pytest.raises(DataError, match=r"'words' .* and 'matrix'"):
        load_vectors(tmp_path / "other.npz")
    np.savez(tmp_path / "objects.npz", words=np.array(WORDS, dtype=object), matrix=MATRIX)
    with pytest.raises(DataError, match="not of objects"):
        load_vectors(tmp_path / "objects.npz")
    with pytest.raises(UsageError, match="are of safetensors"):
        load_vectors(tmp_path / "other.npz", tensor="embedding")


def save_tokens(folder, vocabulary, *, extra=()):
    """Write token embeddings and a tokenizer.json beside them."""
    from safetensors.numpy import save_file

    rng = np.random.default_rng(0)
    tensors = {"embedding.weight": rng.normal(size=(len(vocabulary) + 2, 4)).astype(np.float32)}
    tensors |= {name: rng.normal(size=(len(vocabulary) + 2, 4)).astype(np.float32) for name in extra}
    save_file(tensors, folder / "model.safetensors")
    model = {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 99,
    }
    content = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {**model, "vocab": {token: i for i, token in enumerate(vocabulary)}},
    }
    (folder / "tokenizer.json").write_text(json.dumps(content))
    return tensors["embedding.weight"]


def test_token_embeddings_have_words_and_name_those_that_are_split(tmp_path):
    """Pieces from within words are no words; a word that is split is lost, or the mean of its pieces."""
    matrix = save_tokens(tmp_path, ["[UNK]", "she", "nur", "##se", "##she"])
    vectors = load_vectors(tmp_path)
    found = vectors.of(["she", "nurse", "qqq", "##she"])
    assert found.words == ("she",)
    assert found.lost["nurse"] == "the tokenizer splits it into 'nur', '##se'"
    assert found.lost["qqq"] == "the tokenizer does not know it"
    assert "##she" in found.lost
    mean = vectors.of(["nurse"], unit=False, split="mean")
    np.testing.assert_allclose(mean.matrix[0], matrix[[2, 3]].mean(axis=0), rtol=1e-6)


def test_a_word_of_one_piece_is_not_split(tmp_path):
    """A tokenizer of bytes writes letters beyond ASCII as two: a word that it has whole is found."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokens = {"\u0120cafe": 0, "\u0120she": 1, "\u0120caf\u00c3\u00a9": 2, "\u0120": 3, "x": 4}
    made = Tokenizer(models.WordLevel(tokens, unk_token="x"))  # noqa: S106  no password
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.save(str(tmp_path / "tokenizer.json"))
    save_file({"embedding.weight": np.eye(5, dtype=np.float32)}, tmp_path / "model.safetensors")
    found = load_vectors(tmp_path).of(["caf\u00e9", "She", "nurse"])
    assert found.matrix.argmax(axis=1).tolist() == [2, 1]
    assert found.lost == {"nurse": "the tokenizer does not know it"}


def test_unknown_pieces_of_a_unigram_tokenizer_are_no_vectors(tmp_path):
    """Such a tokenizer gives the number of what it does not know, and not its name."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.Unigram([("<unk>", -9.0), ("\u2581", -2.0), ("\u2581she", -1.0)], unk_id=0))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.save(str(tmp_path / "tokenizer.json"))
    save_file({"embedding.weight": np.eye(3, dtype=np.float32)}, tmp_path / "model.safetensors")
    found = load_vectors(tmp_path).of(["she", "\u738b"], split="mean")
    assert (found.words, found.lost) == (("she",), {"\u738b": "the tokenizer does not know it"})


def test_embeddings_of_bfloat16_are_read(tmp_path):
    """The type of most large models, which NumPy does not have, is read exactly."""
    matrix = save_tokens(tmp_path, ["[UNK]", "she", "he"])
    kept = (matrix.view(np.uint32) >> 16).astype("<u2")
    header = {"embedding.weight": {"dtype": "BF16", "shape": kept.shape, "data_offsets": [0, kept.nbytes]}}
    text = json.dumps(header).encode()
    (tmp_path / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + kept.tobytes())
    found = load_vectors(tmp_path).of(["she", "he"], unit=False).matrix
    np.testing.assert_array_equal(found, (kept.astype(np.uint32) << 16).view(np.float32)[1:3])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"model": {"vocab": {"she": 0, "he": 99999999999}}}', "from 0 to 99999999999"),
        ('{"model": {"vocab": {"she": -1, "he": 0}}}', "from -1 to 0"),
        ('{"model": {"vocab": {"she": 0, "he": 1}}}', "no tokenizer that can be loaded"),
    ],
)
def test_tokenizers_that_are_wrong_are_refused(content, said, tmp_path):
    """Rows that no file has, and a tokenizer that cannot split words."""
    save_tokens(tmp_path, ["[UNK]", "she"])
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(DataError, match=said):
        load_vectors(tmp_path).of(["nurse"])


def test_which_tensor_is_meant_must_be_clear(tmp_path):
    """Of several matrices that fit, the one named like embeddings is taken; else the user names one."""
    save_tokens(tmp_path, ["[UNK]", "she"], extra=("head.weight",))
    assert "embedding.weight" in load_vectors(tmp_path).source
    assert "head.weight" in load_vectors(tmp_path, tensor="head.weight").source
    with pytest.raises(DataError, match=r"Did you mean 'head\.weight'"):
        load_vectors(tmp_path, tensor="head.wieght")


def test_token_embeddings_without_a_vocabulary_are_refused(tmp_path):
    """Rows without names are no word vectors."""
    save_tokens(tmp_path, ["[UNK]", "she"])
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(DataError, match=r"tokenizer\.json"):
        load_vectors(tmp_path)


def test_shapes_and_options_that_do_not_fit_are_refused():
    """A matrix of another length, vectors of two lengths, unknown options."""
    with pytest.raises(DataError, match="do not fit"):
        WordVectors(("a",), [[1.0], [2.0]])
    with pytest.raises(DataError, match="shapes"):
        WordVectors.from_mapping({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(DataError, match="no lists of numbers"):
        WordVectors.from_mapping({"a": ["one"]})
    with pytest.raises(DataError, match="complex"):
        WordVectors(("a",), np.array([[1j]]))
    with pytest.raises(UsageError, match="Did you mean 'fallback'"):
        WordVectors(("a",), [[1.0]]).of(["a"], case="falback")
