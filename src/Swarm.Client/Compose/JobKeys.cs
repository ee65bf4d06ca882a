using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>The key <c>x-swarm.job</c>: how long a job may take, how long it is kept, and when it runs again.</summary>
internal static class JobKeys
{
    private const int MostRunsKept = 100;

    public static Dictionary<string, Func<ServiceDraft, Field, ServiceDraft>> All { get; } = new()
    {
        ["timeout"] = (draft, field) => Change(
            draft, job => job with { Timeout = field.Duration() ?? job.Timeout }),
        ["keep"] = (draft, field) => Change(draft, job => job with { KeepFor = field.Duration() }),
        ["keep-runs"] = (draft, field) => Change(
            draft, job => job with { RunsKept = (int)(field.Number(0, MostRunsKept) ?? job.RunsKept) }),
        ["max-concurrent"] = (draft, field) =>
            draft with { MaxConcurrent = (int?)field.Number(1, ComposeLimits.Replicas) },
        ["schedule"] = (draft, field) => Schedule(
            draft, schedule => schedule with { Cron = Cron(field) ?? schedule.Cron }),
        ["time-zone"] = (draft, field) => Schedule(
            draft, schedule => schedule with { TimeZone = TimeZone(field) ?? schedule.TimeZone }),
        ["overlap"] = (draft, field) => Schedule(draft, schedule => schedule with
        {
            Overlap = field.OneOf(("forbid", OverlapPolicy.Forbid), ("allow", OverlapPolicy.Allow),
                ("replace", OverlapPolicy.Replace)) ?? schedule.Overlap,
        }),
        ["suspended"] = (draft, field) => Schedule(
            draft, schedule => schedule with { Suspended = field.Flag() ?? schedule.Suspended }),
    };

    private static ServiceDraft Change(ServiceDraft draft, Func<JobPolicy, JobPolicy> change) =>
        draft with { Job = change(draft.Job ?? new JobPolicy()) };

    private static ServiceDraft Schedule(
        ServiceDraft draft, Func<JobSchedule, JobSchedule> change) =>
        Change(draft, job => job with { Schedule = change(job.Schedule ?? new JobSchedule { Cron = "" }) });

    private static string? Cron(Field field)
    {
        if (field.Text() is not { } text) return null;
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6) || !fields.All(IsCronField))
        {
            field.Refuse($"'{text}' is not a schedule: five fields as crontab has them (minute, hour, day, month, day "
                + "of the week), or six with seconds first");
        }

        return text;
    }

    private static bool IsCronField(string field) =>
        field.All(c => char.IsAsciiLetterOrDigit(c) || "*?,-/#".Contains(c, StringComparison.Ordinal));

    private static string? TimeZone(Field field)
    {
        if (field.Text() is not { } text) return null;
        if (text.All(c => char.IsAsciiLetterOrDigit(c) || "/_+-".Contains(c, StringComparison.Ordinal))) return text;
        field.Refuse($"'{text}' is not the name of a time zone; write it as Europe/Zurich or UTC");
        return null;
    }
}
