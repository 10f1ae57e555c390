phone=﻿1
