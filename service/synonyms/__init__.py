"""同义词: everyday words and the official ones for them, kept by those who maintain the desk."""
