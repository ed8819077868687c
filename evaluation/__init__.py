"""The evaluation script: the third face of the answerer, and what every change is judged by."""
