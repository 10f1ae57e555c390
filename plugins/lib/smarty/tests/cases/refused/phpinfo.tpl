{phpversion()}
