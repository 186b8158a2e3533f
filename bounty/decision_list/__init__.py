"""The pointer decision list: the host's model with every confirmed repair and every version."""
