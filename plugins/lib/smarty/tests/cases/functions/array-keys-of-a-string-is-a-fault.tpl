{array_keys('abc')|count}
