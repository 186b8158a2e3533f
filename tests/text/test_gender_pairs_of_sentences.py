"""Sentences written for this project, each with its counterfactual: what a careful person would write."""

from __future__ import annotations

import pytest

from fairkit.text.swap import GenderSwapper

SWAPPER = GenderSwapper(names="keep", tagger="rule")

# Both are swapped into the other.
PAIRS = [
    # her: a noun follows
    ("She read her book.", "He read his book."),
    ("Her old green bicycle was stolen.", "His old green bicycle was stolen."),
    ("Nobody saw her very first film.", "Nobody saw his very first film."),
    ("The judge doubted her newly found evidence.", "The judge doubted his newly found evidence."),
    ("I admire her most famous song.", "I admire his most famous song."),
    ("In her last year she travelled.", "In his last year he travelled."),
    ("Her then manager sued.", "His then manager sued."),
    ("She broke her back in 2010.", "He broke his back in 2010."),
    ("We met at her half-sister's wedding.", "We met at his half-brother's wedding."),
    ("That is her 20-year-old car.", "That is his 20-year-old car."),
    ("She sold her two flats and her 3 vans.", "He sold his two flats and his 3 vans."),
    ("All her friends and all of her neighbours came.", "All his friends and all of his neighbours came."),
    ("It was against her will.", "It was against his will."),
    ("He praised her singing in the choir.", "She praised his singing in the choir."),
    ("She lost her left shoe on her right foot.", "He lost his left shoe on his right foot."),
    ("She showed her mother the garden.", "He showed his father the garden."),
    ("I know her only child and her every move.", "I know his only child and his every move."),
    ('She called it her "second home" abroad.', 'He called it his "second home" abroad.'),
    ("She made her debut and made her way home.", "He made his debut and made his way home."),
    ("Let her mother know and let her hair grow.", "Let his father know and let his hair grow."),
    # her: nothing that could be hers
    ("We thanked her.", "We thanked him."),
    ("We thanked her, and she left.", "We thanked him, and he left."),
    ("We saw her yesterday at noon.", "We saw him yesterday at noon."),
    ("They took her to court for theft.", "They took him to court for theft."),
    ("I told her that it was late.", "I told him that it was late."),
    ("It hit her hard.", "It hit him hard."),
    ("They treated her badly and paid her well.", "They treated him badly and paid him well."),
    ("We saw her last week.", "We saw him last week."),
    ("The noise made her nervous.", "The noise made him nervous."),
    ("The news made her happy and calm.", "The news made him happy and calm."),
    ("They found her asleep in the hall.", "They found him asleep in the hall."),
    ("Let her sleep. Let her go!", "Let him sleep. Let him go!"),
    ("I helped her carry the box.", "I helped him carry the box."),
    ("They watched her dance all night.", "They watched him dance all night."),
    ("We heard her singing in the rain.", "We heard him singing in the rain."),
    ("They gave her flowers and sent her money.", "They gave him flowers and sent him money."),
    ("It cost her 300 dollars and two weeks.", "It cost him 300 dollars and two weeks."),
    ("The board appointed her director of sales.", "The board appointed him director of sales."),
    ("The guide led her north and took her home.", "The guide led him north and took him home."),
    ("They brought her back to life.", "They brought him back to life."),
    ("The aunt who raised her became a nun.", "The uncle who raised him became a monk."),
    ("I owe her everything.", "I owe him everything."),
    ("Wish her luck and kiss her good night.", "Wish him luck and kiss him good night."),
    ("People like her are rare.", "People like him are rare."),
    ("Ask her why, where and when.", "Ask him why, where and when."),
    ("I met her two years later.", "I met him two years later."),
    ("They named her the winner and ranked her first.", "They named him the winner and ranked him first."),
    (
        "I met her three times. It took her three tries and years.",
        "I met him three times. It took him three tries and years.",
    ),
    ("I know her better than you.", "I know him better than you."),
    ("We watched her face. We watched her step.", "We watched his face. We watched his step."),
    ("We watched her step out and her face change.", "We watched him step out and his face change."),
    ("They had her record the song.", "They had him record the song."),
    (
        "We felt her kiss us. We felt her touch the next day.",
        "We felt him kiss us. We felt his touch the next day.",
    ),
    ("I saw her being carried.", "I saw him being carried."),
    ("Everyone around her smiled.", "Everyone around him smiled."),
    ("Men in her faded, torn coat.", "Women in his faded, torn coat."),
    ("With her gone, we wept.", "With him gone, we wept."),
    ("Please help her pack.", "Please help him pack."),
    ("They asked her ``to serve the city'' there.", "They asked him ``to serve the city'' there."),
    # hers
    ("The house is hers.", "The house is his."),
    ("A colleague of hers called.", "A colleague of his called."),
    ("Hers was the better plan.", "His was the better plan."),
    ("My plan is worse than hers, and hers is cheaper.", "My plan is worse than his, and his is cheaper."),
    ("Is this dog hers?", "Is this dog his?"),
    ("A friend of hers met a friend of mine.", "A friend of his met a friend of mine."),
    # coordinated
    ("Each student brings her or his laptop.", "Each student brings his or her laptop."),
    ("Ask her or him.", "Ask him or her."),
    ("her/his name", "his/her name"),
    ("Pronouns: she/her/hers", "Pronouns: he/him/his"),
    # contractions and possessives
    ("She's late, she'd gone, and she'll come.", "He's late, he'd gone, and he'll come."),
    ("Isn't she nice? Hasn't she gone?", "Isn't he nice? Hasn't he gone?"),
    ("the actress's role, the actresses' roles", "the actor's role, the actors' roles"),
    ("the ladies' room", "the gentlemen's room"),
    ("the women's team and the girls' team", "the men's team and the boys' team"),
    ("Her sister\u2019s car; she\u2019s in.", "His brother\u2019s car; he\u2019s in."),
    ("'the princess' said the cat", "'the prince' said the cat"),
    # case
    ("HER MOTHER SAYS SHE IS A WAITRESS.", "HIS FATHER SAYS HE IS A WAITER."),
    ("Her Grandmother And Her Aunt", "His Grandfather And His Uncle"),
    # words
    ("A widow and her stepdaughter", "A widower and his stepson"),
    ("my mother-in-law and my great-grandmother", "my father-in-law and my great-grandfather"),
    ("The duchess, the empress and the baroness", "The duke, the emperor and the baron"),
    ("The chairwoman met two businesswomen.", "The chairman met two businessmen."),
    ("Irishwomen and a Frenchwoman", "Irishmen and a Frenchman"),
    ("Ladies and gentlemen, girls and boys!", "Gentlemen and ladies, boys and girls!"),
    ("motherhood, womanhood, sisterly, feminine", "fatherhood, manhood, brotherly, masculine"),
    ("Dame Ellen Vale and Lady Rook", "Sir Ellen Vale and Lord Rook"),
    ("Dear Madam President,", "Dear Mr. President,"),
    ("Dr. and Ms. Lee met Ms. Ray.", "Dr. and Mr. Lee met Mr. Ray."),
    ("the First Lady", "the First Gentleman"),
    ("Yes, my lady.", "Yes, my lord."),
    ("an all-girls school for cowgirls", "an all-boys school for cowboys"),
    ("an heiress", "an heir"),
    # texts as corpora write them
    (
        "she did n't see her mother 's car , and she left .",
        "he did n't see his father 's car , and he left .",
    ),
    ("her well @-@ known novel and her <unk>", "his well @-@ known novel and his <unk>"),
    ("her _best_ friend saw *her* there", "his _best_ friend saw *him* there"),
    ("<p>She <b>lost</b> her&nbsp;<i>keys</i></p>", "<p>He <b>lost</b> his&nbsp;<i>keys</i></p>"),
    ("She\n  saw\ther\r\nhouse", "He\n  saw\this\r\nhouse"),
    ("We saw her\n\nHouses are dear.", "We saw him\n\nHouses are dear."),
    ("\U0001f600 She \u05e9\u05dc\u05d5\u05dd her\u2026", "\U0001f600 He \u05e9\u05dc\u05d5\u05dd him\u2026"),
    ("fiance\u0301e", "fiance\u0301"),
    ("[her] house and (her) house", "[his] house and (his) house"),
]


@pytest.mark.parametrize(("feminine", "masculine"), PAIRS)
def test_a_sentence_becomes_its_counterfactual(feminine, masculine):
    """Both sentences of a pair are swapped into the other, letter by letter."""
    assert SWAPPER(feminine).text == masculine
    assert SWAPPER(masculine).text == feminine


# One way: the way back is another, or a choice.
ONE_WAY = [
    ("Mrs. Lee met Miss Ray.", "Mr. Lee met Mr. Ray."),
    ("Mum called her Auntie.", "Dad called him Uncle."),
    ("The poetess and the hostess", "The poet and the host"),
    ("An earl and a countess", "A countess and a count"),
    ("A bloke and a woman", "A woman and a bloke"),  # the text knows its word
    ("yes, ma'am", "yes, sir"),
    ("the princess\u2019 crown", "the prince\u2019s crown"),
    ("HE HImself", "SHE HErself"),
    ("Miss, stop! Thank you, miss. A hit, a miss.", "Sir, stop! Thank you, sir. A hit, a miss."),
    ("Mr. & Mrs. Lee", "Mrs. & Mr. Lee"),
    ("Him\u00adself", "Herself"),
    ("hE", "sHE"),
    ("Then a maid of honor wept.", "Then a best man wept."),
]


@pytest.mark.parametrize(("text", "swapped"), ONE_WAY)
def test_a_word_with_several_counterparts_goes_one_way(text, swapped):
    """What has no single way back still becomes the right word."""
    assert SWAPPER(text).text == swapped


STAY = [
    "A man-made lake and a man @-@ made lake.",
    "Stephen King bought a king-size bed.",
    "Oh my God, the mother tongue!",
    "It takes five ms to miss a train.",
    "Count to ten, then man the boats.",
    "See https://his.example/her?she=he#him or www.her.com and mail her@his.org.",
    "Open ~/his/her.txt, C:\\his\\her, her_name, HER2, @her, #her and her.py.",
    "<a href='her' class=\"his\">x</a> &her; <!-- she -->",
    "Hi, you guys!",
    "a bachelor's degree, a bachelor\u2019s thesis, a Bachelor of Arts",
    "the Beach Boys, Warner Brothers and Coleman & Sons",
    "Freeman and Foreman",
    "The ladies' man in no-man's land",
    "man and wife",
    "The mummy in the tomb. Keep mum.",
    "",
    " \n\t ",
    "Nothing to see here, Herman, history, shed, the, usher.",
    "\x00\ud800\U0001f469",
]


@pytest.mark.parametrize("text", STAY)
def test_what_names_no_person_of_a_gender_stays(text):
    """Idioms, firms, addresses, names of files and words that only contain others are left alone."""
    found = SWAPPER(text)
    assert found.text == text
    assert not found.changed
    assert found.changes == ()


NEUTRAL = [
    ("She was late, and he runs.", "They were late, and they run."),
    ("He's here; she's gone; he'd go; she'll see.", "They're here; they've gone; they'd go; they'll see."),
    ("He's tired, but he's worked hard.", "They're tired, but they've worked hard."),
    ("Is she in? Doesn't he know? Has he or she called?", "Are they in? Don't they know? Have they called?"),
    ("She sings and dances, and always tries.", "They sing and dance, and always try."),
    ("He, too, was there.", "They, too, were there."),
    ("He carries his own bag himself; it is his.", "They carry their own bag themself; it is theirs."),
    ("She saw him with her.", "They saw them with them."),
    ("she did n't know he was n't in", "they did n't know they were n't in"),
    ("Is n't he nice?", "Are n't they nice?"),
    ("Where's he? What\u2019s she done? Yes, miss.", "Where're they? What\u2019ve they done? Yes, miss."),
    ("(S)he asks s/he and his/her.", "They ask they and their."),
    ("HE'S LATE AND SHE IS EARLY", "THEY'RE LATE AND THEY ARE EARLY"),
    ("Mr. and Mrs. Lee met Miss Ray.", "Mx. and Mx. Lee met Mx Ray."),
    ("An actress, a husband, a policeman", "An actor, a spouse, a police officer"),
    ("Her mother and father; ladies and gentlemen", "Their parents; people"),
    ("He and Ann were late.", "They and Ann were late."),
    ("He likes cats and dogs.", "They like cats and dogs."),
    ("She mothers him, and he is he.", "They mother them, and they are they."),
    ("She does, doesn't she?", "They do, don't they?"),
]


@pytest.mark.parametrize(("text", "neutral"), NEUTRAL)
def test_a_neutral_text_agrees(text, neutral):
    """Pronouns become they in its forms, nouns neutral ones, and verbs agree."""
    assert GenderSwapper(direction="neutral", tagger="rule")(text).text == neutral
