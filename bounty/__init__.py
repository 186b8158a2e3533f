"""bounty: bias bounties on data that hunters never see, judged with fairkit."""
