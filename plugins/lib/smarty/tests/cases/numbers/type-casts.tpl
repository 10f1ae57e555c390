{(int)'12'} {(bool)$v}{(float)'1.50'} {(string)1.0|gettype} {(int)1.9+1} {(double)1}{(integer)1}{(boolean)1} {(int) '12abc'} {(binary)'a'} {((array)1)|count}
