from artstyle.drops import DROP_COLUMNS, Drop, count_reasons, make_drop_table


def test_drops_are_a_sorted_table_and_counted_by_reason():
    drops = [Drop("b", "junk"), Drop("a", "near_copy", "c", "x"), Drop("a2", "junk")]
    table = make_drop_table(drops)
    assert list(table.columns) == DROP_COLUMNS
    assert table.to_numpy().tolist() == [["a", "near_copy", "c", "x"], ["a2", "junk", "", ""], ["b", "junk", "", ""]]
    assert count_reasons(drops) == {"junk": 2, "near_copy": 1}


def test_no_drops_are_an_empty_table_with_columns():
    assert list(make_drop_table([]).columns) == DROP_COLUMNS
