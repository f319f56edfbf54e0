"""Health: how far will a patient's diabetes have progressed by the next measurement?"""
