/** What Helm calls the parts of a chart that it pushes by OCI (helm.sh, "Use OCI-based registries"). */
export const helmTypes: Readonly<Record<'config' | 'chart' | 'provenance', string>> = {
  config: 'application/vnd.cncf.helm.config.v1+json',
  chart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  provenance: 'application/vnd.cncf.helm.chart.provenance.v1.prov',
}
