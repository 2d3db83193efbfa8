"""文件清单: a list of files with what is known of each, to bring them in by."""
