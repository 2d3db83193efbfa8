"""The WeChat Official Account (公众号) channel: a callback in, short answers out."""
