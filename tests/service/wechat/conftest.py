from tests.service.chat.conftest import base

__all__ = ["base"]
