"""What the speakers of the speech data read: sentences of everyday life, written for this set.

Every word is in the recogniser's dictionary, so that no error is one of vocabulary. Capitals, apostrophes and
full stops are kept, as transcripts have them: what they cost without a normaliser is part of the lesson.
"""

from __future__ import annotations

import re

PROMPTS: tuple[str, ...] = (
    "I left my keys on the kitchen table this morning.",
    "The train to the city was twenty minutes late again.",
    "Can you help me carry these boxes up the stairs?",
    "My mother called last night to ask about the weather.",
    "We need to buy some bread and milk on the way home.",
    "The doctor said that I should drink more water every day.",
    "She walked her dog along the river before breakfast.",
    "He wants to learn how to cook rice and beans.",
    "There was a long line at the bank this afternoon.",
    "Please turn off the light when you leave the room.",
    "The children are playing football in the park near the school.",
    "I have never seen so much snow in the middle of April.",
    "Our neighbor has a small garden with roses and tomatoes.",
    "You can park the car behind the church on Sunday.",
    "It took me half an hour to find my other shoe.",
    "The bus driver waited for the old man to sit down.",
    "They are going to paint the bathroom a dark shade of blue.",
    "My brother works at a hospital on the north side of town.",
    "Do you know what time the library closes on Friday?",
    "The soup was so hot that I burned my tongue.",
    "We watched a film about a farmer and his three daughters.",
    "The baby laughed when the cat fell off the chair.",
    "I would like a cup of tea with no sugar, please.",
    "Her new job starts on the first of March.",
    "The phone rang twice but nobody answered it.",
    "He forgot to lock the door and had to go back.",
    "The water in the lake is too cold for swimming.",
    "Put the clean plates on the top shelf next to the glasses.",
    "My father can fix almost anything with a hammer and some glue.",
    "We could hear the birds singing long before the sun came up.",
    "The teacher asked us to read the first chapter by Monday.",
    "A strong wind blew the leaves all over the yard.",
    "She bought a pair of warm gloves and a gray coat.",
    "The meeting was moved to Thursday because the boss is sick.",
    "Don't forget to feed the fish while I'm away.",
    "They danced in the street until two in the morning.",
    "The road to the beach was closed after the storm.",
    "I think the blue shirt looks better than the green one.",
    "The boy threw a rock into the pond and ran away.",
    "My aunt makes the best apple pie in the whole family.",
    "Is there a bus that goes straight to the airport?",
    "The bread is still warm because it just came out of the oven.",
    "We asked for a quiet table by the window.",
    "The nurse gave him something for the pain in his back.",
    "Half of the class was absent on the last day of school.",
    "The heater makes a strange noise when it rains.",
    "You should call your sister before she goes to bed.",
    "There are two bottles of juice and some cheese in the fridge.",
    "The dog barks at every person who walks past our house.",
    "I can't remember where I put my glasses.",
    "He wrote a long letter to the council about the broken lights.",
    "They saved enough money to visit their cousins in the summer.",
    "The taxi was waiting outside with the engine running.",
    "We usually eat dinner at seven and then wash the dishes.",
    "The girl in the red hat is my best friend.",
    "Cut the onions very thin and fry them in butter.",
    "The old bridge was built more than a hundred years ago.",
    "It is going to rain, so take an umbrella with you.",
    "The shop on the corner sells stamps and newspapers.",
    "Good neighbors water your plants when you travel.",
)
"""Sentences of 8 to 13 words."""


def spoken(prompt: str) -> str:
    """Return the words of a sentence as the recogniser writes them.

    Examples
    --------
    >>> spoken("It is going to rain, so don't wait.")
    "it is going to rain so don't wait"
    """
    return re.sub(r"[^a-z' ]", "", prompt.lower())
