"""The interface that OpenAI's clients speak: chat completions, models, embeddings."""
