using Cronos;

namespace Swarm.Core.Services;

/// <summary>The times of a schedule.</summary>
/// <remarks>
/// Where local time jumps forward, what was due in the hour that does not exist is due when it has jumped; where it
/// jumps back, what names an hour is due once, and what comes every so often goes on coming. Zones are those of the
/// host that decides, so one may be known where the schedule was taken and unknown where it is carried out.
/// </remarks>
internal static class JobTimes
{
    private const int FieldsWithSeconds = 6;

    private static readonly DateTimeOffset Any = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What is wrong with a schedule, on this host; null when nothing is.</summary>
    public static string? Problem(JobSchedule schedule)
    {
        if (Zone(schedule) is not { } zone) return $"no time zone {schedule.TimeZone} is known on this host";
        if (!Enum.IsDefined(schedule.Overlap)) return $"overlap {schedule.Overlap}: not forbid, allow or replace";
        try
        {
            return Parse(schedule).GetNextOccurrence(Any, zone) is null
                ? $"schedule '{schedule.Cron}': no such time ever comes" : null;
        }
        catch (CronFormatException wrong)
        {
            return $"schedule '{schedule.Cron}': {wrong.Message}";
        }
    }

    /// <summary>The first time after this one; null when none comes, or the zone is not known here.</summary>
    public static DateTimeOffset? Next(JobSchedule schedule, DateTimeOffset after) =>
        Zone(schedule) is { } zone ? Parse(schedule).GetNextOccurrence(after, zone)?.ToUniversalTime() : null;

    /// <summary>The last of the times that have come since; null when none has.</summary>
    public static DateTimeOffset? Latest(JobSchedule schedule, DateTimeOffset after, DateTimeOffset now)
    {
        if (Next(schedule, after) is not { } first || first > now) return null;
        var last = Parse(schedule).GetPreviousOccurrence(now, Zone(schedule)!, inclusive: true)?.ToUniversalTime();
        return last > first ? last : first;
    }

    private static CronExpression Parse(JobSchedule schedule)
    {
        var fields = schedule.Cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return CronExpression.Parse(
            schedule.Cron, fields == FieldsWithSeconds ? CronFormat.IncludeSeconds : CronFormat.Standard);
    }

    private static TimeZoneInfo? Zone(JobSchedule schedule) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out var zone) ? zone : null;
}
