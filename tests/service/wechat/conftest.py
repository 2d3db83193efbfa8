from tests.service.chat.conftest import base, tokens

__all__ = ["base", "tokens"]
