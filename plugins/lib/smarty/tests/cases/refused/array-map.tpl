{array_map('phpversion',['Core'])|count}
