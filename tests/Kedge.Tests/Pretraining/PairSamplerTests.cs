using Kedge.Pretraining;

namespace Kedge.Tests.Pretraining;

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
    public void Groups_come_equally_often_and_so_do_the_pairs_of_a_group()
    {
        const double expected = (double)Steps * Batch / 10; // a group's count is binomial, its standard deviation 12
        const double tolerance = 5 * 12;
        var sampler = new PairSampler(Groups, Batch, seed: 1);
        var counts = Enumerable.Range(0, Steps).SelectMany(step => sampler.At(step).Pairs).CountBy(pair => pair).ToDictionary();
        for (var pair = 0; pair < Groups.Length; pair++)
            Assert.Equal(expected / Groups.Count(group => group == Groups[pair]), counts[pair], tolerance);
        Assert.All(counts.GroupBy(count => Groups[count.Key]), group => Assert.Equal(expected, group.Sum(count => count.Value), tolerance));
    }

    [Fact]
    public void A_step_follows_from_the_seed_and_its_number_alone()
    {
        var (pairs, random) = new PairSampler(Groups, Batch, seed: 1).At(7);
        var again = new PairSampler(Groups, Batch, seed: 1);
        again.At(3);
        var (samePairs, sameRandom) = again.At(7);
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
        Assert.Equal("8 22 18 0 4 20", string.Join(' ', sampler.At(0).Pairs));
        Assert.Equal("16 23 19 8 14 0", string.Join(' ', sampler.At(2399).Pairs));
    }
}
