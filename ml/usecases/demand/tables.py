"""Silver tables of the demand use case: sales in the raw format of UCI "Online Retail", and announced offers.

Chen, Sain & Guo 2012, doi 10.1057/dbm.2012.17: a British wholesaler of gifts, one line per product and invoice. A line
has no number, and an invoice may contain the same line twice: the product was scanned twice (of the 541,909 real lines
5,268 repeat another). So a line is identified by the day's file and its position in it: equal lines stay, and a file
that is delivered again corrects line by line. A file that comes again with fewer lines has to be withdrawn first.
"""

from ml.declarations import Column, Layer, Table

OWNER = "ml-engineers"

# The largest genuine order has 80,995 units.
_MOST_UNITS = 100_000

STOCK_CODE = Column(name="stock_code", source="StockCode", type="string", comment="Product, or a code of a service.")
COUNTRY = Column(name="country", source="Country", type="string", comment="Country of the customer.")

SALES = Table(
    name="sales",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per line of an invoice: a sale, a return, a service or a correction, typed and checked.",
    keys=("sold_on", "line"),
    columns=(
        Column(name="sold_on", type="date", comment="Day of the invoice, in London."),
        Column(name="line", type="bigint", comment="Position in the day's file; the first is 1."),
        Column(
            name="invoice_no",
            source="InvoiceNo",
            type="string",
            comment="Invoice number; that of a return begins with C.",
        ),
        STOCK_CODE,
        Column(name="description", source="Description", type="string", comment="Name of the product.", nullable=True),
        Column(
            name="quantity",
            source="Quantity",
            type="int",
            comment="Quantity; negative if returned or written off.",
            unit="units",
            minimum=-_MOST_UNITS,
            maximum=_MOST_UNITS,
        ),
        Column(name="invoiced_at", source="InvoiceDate", type="timestamp", comment="Local time of the shop."),
        Column(name="unit_price", source="UnitPrice", type="double", comment="Price per unit.", unit="GBP"),
        Column(
            name="customer_id",
            source="CustomerID",
            type="string",
            comment="The shop's customer number, usually of a trader; missing on a quarter of the lines.",
            nullable=True,
        ),
        COUNTRY,
    ),
)

OFFERS = Table(
    name="offers",
    layer=Layer.SILVER,
    owner=OWNER,
    comment="One row per product and first day of an offer, as last announced. Not every shop announces offers.",
    keys=("stock_code", "starts_on"),
    columns=(
        Column(name="announced_on", type="date", comment="Day of the announcement."),
        STOCK_CODE,
        Column(name="starts_on", source="StartsOn", type="date", comment="Its first day."),
        Column(name="ends_on", source="EndsOn", type="date", comment="Its last day."),
        Column(
            name="discount",
            source="Discount",
            type="double",
            comment="Discount on the usual price.",
            unit="ratio",
            minimum=0,
            maximum=1,
        ),
    ),
)
