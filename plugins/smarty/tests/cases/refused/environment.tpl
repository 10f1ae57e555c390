{getenv('PATH')}
