using Kedge.Optimisation;

namespace Kedge.Tests.Optimisation;

public class MinibatchesTests
{
    private static readonly long[] Rows = [5, 3, 8, 1, 9, 2, 7];

    [Fact]
    public void An_epoch_has_every_row_once_and_the_next_shuffles_on_from_its_order()
    {
        var batches = Minibatches.Draw(Rows, size: 3, seed: 4).Take(6).ToArray();
        var (random, order) = (new Random(4), Rows.ToArray());
        for (var epoch = 0; epoch < 2; epoch++)
        {
            random.Shuffle(order);
            var ofEpoch = batches.Where(batch => batch.Epoch == epoch).Select(batch => batch.Rows).ToArray();
            Assert.Equal([3, 3, 1], ofEpoch.Select(rows => rows.Length));
            Assert.Equal(order, ofEpoch.SelectMany(rows => rows));
        }
    }

    [Fact]
    public void Whole_batches_leave_out_the_rest_of_an_epoch()
    {
        var random = new Random(4);
        var order = Rows.ToArray();
        random.Shuffle(order);
        Assert.Equal(order[..6], Minibatches.Draw(Rows, size: 3, seed: 4, dropLast: true)
            .TakeWhile(batch => batch.Epoch == 0).SelectMany(batch => batch.Rows));
    }

    [Fact]
    public void Without_a_seed_the_order_stays() =>
        Assert.All(Minibatches.Draw(Rows, size: 7, seed: null).Take(3), batch => Assert.Equal(Rows, batch.Rows));

    [Fact]
    public void No_rows_give_no_batches() => Assert.Empty(Minibatches.Draw([], size: 3, seed: 1));
}
