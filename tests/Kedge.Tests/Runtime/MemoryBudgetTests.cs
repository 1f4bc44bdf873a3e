using Kedge.Runtime;

namespace Kedge.Tests.Runtime;

public class MemoryBudgetTests
{
    [Fact]
    public async Task One_that_asks_for_more_than_is_left_waits_until_it_is_given_back()
    {
        var budget = new MemoryBudget(100);
        var first = budget.Take(60);
        using var second = budget.Take(40);
        var third = Task.Run(() => budget.Take(30), TestContext.Current.CancellationToken);
        Assert.False(third.IsCompleted);
        first.Dispose();
        first.Dispose(); // counts once
        using var taken = await third;
        var fourth = Task.Run(() => budget.Take(31), TestContext.Current.CancellationToken); // 30 are left
        Assert.False(fourth.IsCompleted);
        taken.Dispose();
        (await fourth).Dispose();
    }

    [Fact]
    public async Task One_alone_may_exceed_the_budget()
    {
        var budget = new MemoryBudget(100);
        var huge = budget.Take(1000);
        var small = Task.Run(() => budget.Take(1), TestContext.Current.CancellationToken);
        Assert.False(small.IsCompleted);
        huge.Dispose();
        (await small).Dispose();
    }
}
