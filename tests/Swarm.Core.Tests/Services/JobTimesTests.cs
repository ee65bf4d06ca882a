using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class JobTimesTests
{
    [Theory]
    [InlineData("0 * * * *", "UTC", "2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z")]
    [InlineData("*/10 * * * * *", "UTC", "2026-01-01T12:00:05Z", "2026-01-01T12:00:10Z")]
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-01-01T12:00:00Z", "2026-01-02T01:30:00Z")]
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-07-01T12:00:00Z", "2026-07-02T00:30:00Z")]
    public void The_next_time_is_read_in_the_zone(string cron, string zone, string after, string next) =>
        Assert.Equal(At(next), JobTimes.Next(Of(cron, zone), At(after)));

    [Fact]
    public void A_time_that_the_clocks_jump_over_is_due_when_they_have_jumped()
    {
        // 2026-03-29 02:00 in Zurich is 03:00.
        var schedule = Of("30 2 * * *", "Europe/Zurich");

        Assert.Equal(At("2026-03-29T01:00:00Z"), JobTimes.Next(schedule, At("2026-03-28T12:00:00Z")));
        Assert.Equal(At("2026-03-30T00:30:00Z"), JobTimes.Next(schedule, At("2026-03-29T01:00:00Z")));
    }

    [Fact]
    public void A_time_that_the_clocks_show_twice_is_due_once_and_what_comes_every_hour_goes_on_coming()
    {
        // 2026-10-25 03:00 in Zurich is 02:00 again.
        var daily = Of("30 2 * * *", "Europe/Zurich");
        Assert.Equal(At("2026-10-25T00:30:00Z"), JobTimes.Next(daily, At("2026-10-24T12:00:00Z")));
        Assert.Equal(At("2026-10-26T01:30:00Z"), JobTimes.Next(daily, At("2026-10-25T00:30:00Z")));

        var hourly = Of("30 * * * *", "Europe/Zurich");
        Assert.Equal(At("2026-10-25T01:30:00Z"), JobTimes.Next(hourly, At("2026-10-25T00:30:00Z")));
    }

    [Theory]
    [InlineData("2026-01-01T12:04:59Z", null)]
    [InlineData("2026-01-01T12:05:00Z", "2026-01-01T12:05:00Z")]
    [InlineData("2026-01-03T07:31:00Z", "2026-01-03T07:30:00Z")]
    public void Of_the_times_that_went_by_the_last_one_counts(string now, string? latest) =>
        Assert.Equal(
            latest is null ? null : At(latest),
            JobTimes.Latest(Of("*/5 * * * *", "UTC"), At("2026-01-01T12:00:00Z"), At(now)));

    [Theory]
    [InlineData("61 * * * *", "UTC", "61 * * * *")]
    [InlineData("* * * *", "UTC", "* * * *")]
    [InlineData("0 0 30 2 *", "UTC", "no such time ever comes")]
    [InlineData("0 0 * * *", "Europe/Nowhere", "no time zone Europe/Nowhere is known on this host")]
    public void What_cannot_be_read_or_never_comes_is_named(string cron, string zone, string named)
    {
        Assert.Contains(named, JobTimes.Problem(Of(cron, zone)), StringComparison.Ordinal);
        Assert.Contains(
            named,
            new Fleet().Deploy(Specs.Periodic() with { Job = new JobPolicy { Schedule = Of(cron, zone) } }).Refusal,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_that_the_deciding_host_does_not_know_has_no_times() =>
        Assert.Null(JobTimes.Next(Of("* * * * *", "Europe/Nowhere"), Specs.Noon));

    private static JobSchedule Of(string cron, string zone) => new() { Cron = cron, TimeZone = zone };

    private static DateTimeOffset At(string time) =>
        DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
}
