{'21/Aug/2023:17:05:09 -0330'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023:08:21 17:05:09'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023-W34-2'|date_format:'%Y-%m-%d %H:%M:%S'}
{'2023.233'|date_format:'%Y-%m-%d %H:%M:%S'}
{'Aug-21-2023'|date_format:'%Y-%m-%d %H:%M:%S'}
{'23-Aug-21'|date_format:'%Y-%m-%d %H:%M:%S'}
{'@1692637509.25'|date_format:'%Y-%m-%d %H:%M:%S'}
{'first sat of september 2023'|date_format:'%Y-%m-%d %H:%M:%S'}
{'XII. 2023'|date_format:'%Y-%m-%d %H:%M:%S'}
{'march 3, 2023, 4:05pm'|date_format:'%Y-%m-%d %H:%M:%S'}
