"""The kind of every invoice line. Nothing is dropped: a line that is not demand keeps its amount and has a reason.

| kind | a line | counts as demand |
|---|---|---|
| service | of postage, a bank charge, a voucher …: its code is in `SERVICES`, or no product's | no |
| return | of an invoice that begins with C | against the sale that it cancels |
| adjustment | of a product with another sign or at no price: broken, found, given away | no |
| sale | of anything else, whether the customer is known or not | yes |
"""

from ml.declarations import Column, Derived, Input, Layer, Table
from ml.usecases.demand.rules import ADJUSTMENT, KINDS, RETURN, SALE, SERVICE
from ml.usecases.demand.tables import COUNTRY, OWNER, SALES, STOCK_CODE

# Postage, dot-com postage, carriage, manual, discount, sample, bank and marketplace charges, a charity's
# share, bad debt, pads to match cushions.
SERVICES = ("POST", "DOT", "C2", "M", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK", "B", "PADS")
# Five digits and optional letters, or one supplier's code for gifts. Vouchers (gift_…) are not products.
_PRODUCT = "^([0-9]{5}|DCGS)"

PRODUCT_SQL = "upper(trim(stock_code))"
KIND_SQL = f"""CASE
  WHEN {PRODUCT_SQL} IN ({", ".join(f"'{code}'" for code in SERVICES)}) THEN '{SERVICE}'
  WHEN NOT {PRODUCT_SQL} REGEXP '{_PRODUCT}' THEN '{SERVICE}'
  WHEN upper(invoice_no) LIKE 'C%' AND quantity < 0 AND unit_price > 0 THEN '{RETURN}'
  WHEN quantity <= 0 OR unit_price <= 0 THEN '{ADJUSTMENT}'
  ELSE '{SALE}' END"""
# Money is in whole pence: a few prices have three decimals, and the invoice rounds a line's amount.
AMOUNT_SQL = "round(quantity * unit_price * 100)"

SALE_LINES = Derived(
    table=Table(
        name="sale_lines",
        layer=Layer.SILVER,
        owner=OWNER,
        comment="One row per line of an invoice, with its kind and amount.",
        keys=("sold_on", "line"),
        columns=(
            SALES.column("sold_on"),
            SALES.column("line"),
            Column(name="week", type="date", comment="Monday of its week."),
            STOCK_CODE,
            COUNTRY,
            SALES.column("customer_id"),
            SALES.column("invoice_no"),
            SALES.column("invoiced_at"),
            SALES.column("quantity"),
            SALES.column("unit_price"),
            Column(name="amount_pence", type="bigint", comment="Quantity times price.", unit="pence"),
            Column(name="kind", type="string", comment="Kind of line.", allowed=KINDS),
        ),
    ),
    inputs=(Input(table=SALES, since="sold_on"),),
    since="sold_on",
    sql=f"""SELECT sold_on, line, to_date(date_trunc('WEEK', sold_on)) AS week, {PRODUCT_SQL} AS stock_code,
       trim(country) AS country, customer_id, invoice_no, invoiced_at, quantity, unit_price,
       CAST({AMOUNT_SQL} AS BIGINT) AS amount_pence, {KIND_SQL} AS kind
FROM sales""",
)

REVENUE = Derived(
    table=Table(
        name="weekly_revenue",
        layer=Layer.GOLD,
        owner=OWNER,
        comment="One row per week and kind of line. The sum over all kinds equals silver, to the penny.",
        keys=("week", "kind"),
        columns=(
            Column(name="week", type="date", comment="Monday of the week."),
            SALE_LINES.table.column("kind"),
            Column(name="lines", type="bigint", comment="Number of lines."),
            Column(name="units", type="bigint", comment="Sum of their quantities.", unit="units"),
            Column(name="amount_pence", type="bigint", comment="Sum of their amounts.", unit="pence"),
        ),
    ),
    inputs=(Input(table=SALE_LINES.table, since="week"),),
    since="week",
    sql="""SELECT week, kind, count(*) AS lines, sum(quantity) AS units, sum(amount_pence) AS amount_pence
FROM sale_lines GROUP BY week, kind""",
)
