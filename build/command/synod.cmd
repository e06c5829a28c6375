@echo off
"%~dp0..\command\node.exe" "%~dp0..\command\dist\cli\synod.js" %*
