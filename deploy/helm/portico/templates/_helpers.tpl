{{- define "portico.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for the suffixes below. */}}
{{- define "portico.fullname" -}}
{{- $name := include "portico.name" . -}}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $both .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "portico.selectorLabels" -}}
app.kubernetes.io/name: {{ include "portico.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "portico.labels" -}}
{{ include "portico.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "portico.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The path of BASE_URL, without a slash at its end. */}}
{{- define "portico.path" -}}
{{- (urlParse .Values.settings.BASE_URL).path | trimSuffix "/" -}}
{{- end -}}

{{- define "portico.host" -}}
{{- (urlParse .Values.settings.BASE_URL).hostname -}}
{{- end -}}

{{/* "true", or nothing. */}}
{{- define "portico.isSeveral" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) }}true{{ end -}}
{{- end -}}

{{/* What the schema cannot say. Portico checks its settings itself when it starts; these stop an installation earlier. */}}
{{- define "portico.checks" -}}
{{- $settings := .Values.settings -}}
{{- range list "BASE_URL" "HYDRA_ADMIN_URL" -}}
{{- $_ := required (printf "Set settings.%s (docs/kubernetes.md)." .) (get $settings .) -}}
{{- end -}}
{{- if and (hasPrefix "https:" $settings.BASE_URL) (kindIs "invalid" $settings.TRUST_PROXY) -}}
{{- fail "Set settings.TRUST_PROXY: how many proxies are in front of Portico, such as 1 for an ingress alone." -}}
{{- end -}}
{{- if and (include "portico.isSeveral" .) (not (hasKey .Values.secrets "DATABASE_URL")) (ne (toString $settings.STATE) "memory") -}}
{{- fail "Several instances share sessions, answers and limits in a database: name it in secrets.DATABASE_URL. Or set replicas: 1, or, with sticky sessions, settings.STATE: memory." -}}
{{- end -}}
{{- end -}}

{{/* The text of a setting: whole numbers as they were written, and JSON. */}}
{{- define "portico.text" -}}
{{- if kindIs "float64" . -}}
{{ int64 . }}
{{- else if or (kindIs "map" .) (kindIs "slice" .) -}}
{{ toRawJson . }}
{{- else -}}
{{ . }}
{{- end -}}
{{- end -}}

{{/* All settings, as YAML: names and texts. Takes a list of the root and the secrets. */}}
{{- define "portico.environment" -}}
{{- $root := index . 0 -}}
{{- $env := dict "PORT" "3000" "MANAGEMENT_HOST" "*" "MANAGEMENT_PORT" (toString $root.Values.management.port) "DRAIN_SECONDS" (toString $root.Values.drainSeconds) -}}
{{- range $name, $value := $root.Values.settings -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $_ := set $env $name (include "portico.text" $value) -}}
{{- end -}}
{{- end -}}
{{- range $name, $file := $root.Values.files -}}
{{- if hasKey $env $name -}}
{{- fail (printf "%s is in settings and in files: leave one out." $name) -}}
{{- end -}}
{{- $_ := set $env $name (printf "/run/portico/files/%s/%s" $name $file.key) -}}
{{- end -}}
{{- range $name, $_ := index . 1 -}}
{{- $_ := set $env (printf "%s_FILE" $name) (printf "/run/portico/secrets/%s" $name) -}}
{{- end -}}
{{- toYaml $env -}}
{{- end -}}

{{/* Where those files are. Takes a list of the root and the secrets. */}}
{{- define "portico.volumes" -}}
- name: files
  projected:
    defaultMode: 0440
    sources:
      {{- range $name, $secret := index . 1 }}
      - secret:
          name: {{ $secret.name | quote }}
          items:
            - key: {{ $secret.key | default $name | quote }}
              path: secrets/{{ $name }}
      {{- end }}
      {{- range $name, $file := (index . 0).Values.files }}
      - {{ ternary "secret" "configMap" (hasKey $file "secret") }}:
          name: {{ $file.secret | default $file.configMap | quote }}
          items:
            - key: {{ $file.key | quote }}
              path: {{ printf "files/%s/%s" $name $file.key | quote }}
      {{- end }}
# For the socket of `portico limits`.
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with (index . 0).Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "portico.volumeMounts" -}}
- name: files
  mountPath: /run/portico
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What all pods have in common. */}}
{{- define "portico.pod" -}}
automountServiceAccountToken: false # Portico does not talk to Kubernetes
enableServiceLinks: false # variables of other Services are not settings
{{- with .Values.serviceAccountName }}
serviceAccountName: {{ . | quote }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A container that runs one command of portico with the settings in its own environment: hooks come before the
ConfigMap. There, Kubernetes would put variables in the place of $(NAME). Takes a dict: root, name, args, secrets, resources. */}}
{{- define "portico.command" -}}
- name: {{ .name }}
  image: {{ include "portico.image" .root | quote }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{ toJson (concat (list "node" "dist/cli/portico.js") .args) }}
  env:
    {{- range $name, $text := fromYaml (include "portico.environment" (list .root .secrets)) }}
    - name: {{ $name }}
      value: {{ $text | replace "$" "$$" | quote }}
    {{- end }}
    {{- with .root.Values.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.securityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    {{- include "portico.volumeMounts" .root | nindent 4 }}
{{- end -}}
