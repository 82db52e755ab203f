"""Documents from elsewhere become drafts; what an import cannot know or keep, it says."""
