{über}
