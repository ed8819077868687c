"""What is derived from articles and kept beside them: who prints what, which days they speak of, which words are mangled."""
