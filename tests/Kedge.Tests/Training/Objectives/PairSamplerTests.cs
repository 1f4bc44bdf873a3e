using Kedge.Training.Objectives;

namespace Kedge.Tests.Training.Objectives;

public class PairSamplerTests
{
    private const int Batch = 6, Steps = 600;

    /// <summary>Ten groups of two or three pairs, one after another.</summary>
    private static readonly int[] Groups = [.. Enumerable.Range(0, 10).SelectMany(group => Enumerable.Repeat(group, 2 + group % 2))];

    [Fact]
    public void A_batch_holds_no_two_of_a_group()
    {
        var sampler = new PairSampler(Groups, Batch, seed: 1);
        for (var step = 0; step < Steps; step++)
            Assert.Equal(Batch, sampler.At(step).Pairs.Select(pair => Groups[pair]).Distinct().Count());
    }

    [Fact]
    public void Pairs_of_equal_groups_come_equally_often()
    {
        int[] groups = [.. Enumerable.Range(0, 20).Select(pair => pair / 2)];
        const double expected = (double)Steps * Batch / 20; // a pair's count is binomial, its standard deviation 11
        var sampler = new PairSampler(groups, Batch, seed: 1);
        var counts = Enumerable.Range(0, Steps).SelectMany(step => sampler.At(step).Pairs).CountBy(pair => pair).ToDictionary();
        Assert.Equal(groups.Length, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(expected, count, 5.0 * 11));
    }

    [Fact]
    public void A_group_of_many_pairs_is_met_more_often_than_one_of_few()
    {
        int[] groups = [.. Enumerable.Repeat(0, 50), 1, 2, 3, 4, 5];
        var sampler = new PairSampler(groups, batchSize: 2, seed: 1);
        var counts = Enumerable.Range(0, Steps).SelectMany(step => sampler.At(step).Pairs).CountBy(pair => groups[pair]).ToDictionary();
        Assert.All(Enumerable.Range(1, 5), group => Assert.True(counts[0] > 3 * counts[group]));
    }

    [Theory, InlineData(3, 3), InlineData(50, 4)]
    public void Further_pairs_are_of_other_groups_and_leave_the_batch_as_it_is(int asked, int found)
    {
        var (pairs, further, _) = new PairSampler(Groups, Batch, seed: 1, asked).At(5);
        Assert.Equal(new PairSampler(Groups, Batch, seed: 1).At(5).Pairs, pairs);
        Assert.Equal(found, further.Length);
        Assert.Equal(Batch + found, pairs.Concat(further).Select(pair => Groups[pair]).Distinct().Count());
    }

    [Fact]
    public void A_step_follows_from_the_seed_and_its_number_alone()
    {
        var (pairs, _, random) = new PairSampler(Groups, Batch, seed: 1).At(7);
        var again = new PairSampler(Groups, Batch, seed: 1);
        again.At(3);
        var (samePairs, _, sameRandom) = again.At(7);
        Assert.Equal(pairs, samePairs);
        Assert.Equal(random.Next(), sameRandom.Next());
        Assert.NotEqual(pairs, again.At(8).Pairs);
        Assert.NotEqual(pairs, new PairSampler(Groups, Batch, seed: 2).At(7).Pairs);
    }

    /// <summary>A run's seed is in its card: the draws must stay what they are.</summary>
    [Fact]
    public void The_draws_of_a_seed_never_change()
    {
        var sampler = new PairSampler(Groups, Batch, seed: 1);
        Assert.Equal("8 23 18 5 20 3", string.Join(' ', sampler.At(0).Pairs));
        Assert.Equal("16 24 18 5 7 20", string.Join(' ', sampler.At(2399).Pairs));
    }
}
