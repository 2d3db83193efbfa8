"""What the channels of WeChat and WeCom share: cipher, messages, conversation, calls."""
